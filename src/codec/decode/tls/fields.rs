//! The names of TLS. No logic.

use crate::codec::decode::field::fields;

fields! {
    pub(super) FIELDS:
    RECORD "tls.record" "decode.tls.record" Heading;
    CONTENT_TYPE "tls.record.content_type" "decode.type" Number = CONTENT_TYPES;
    OPAQUE_TYPE "tls.record.opaque_type" "decode.type" Number = CONTENT_TYPES;
    RECORD_VERSION "tls.record.version" "decode.version" Hex(4) = VERSIONS;
    RECORD_LENGTH "tls.record.length" "decode.length" Number;
    CHANGE_CIPHER_SPEC "tls.change_cipher_spec" "ChangeCipherSpec" Heading;
    APP_DATA "tls.app_data" "decode.tls.encrypted" Bytes;
    ALERT "tls.alert_message" "decode.tls.alert" Heading;
    ALERT_LEVEL "tls.alert_message.level" "decode.tls.level" Number = LEVELS;
    ALERT_DESC "tls.alert_message.desc" "decode.tls.description" Number = ALERTS;
    HANDSHAKE "tls.handshake" "decode.tls.handshake" Heading;
    TYPE "tls.handshake.type" "decode.type" Number = HANDSHAKES;
    LENGTH "tls.handshake.length" "decode.length" Number;
    VERSION "tls.handshake.version" "decode.version" Hex(4) = VERSIONS;
    RANDOM "tls.handshake.random" "decode.tls.random" Bytes;
    SESSION_ID_LENGTH "tls.handshake.session_id_length" "decode.length" Number;
    SESSION_ID "tls.handshake.session_id" "decode.tls.session" Bytes;
    SUITES_LENGTH "tls.handshake.cipher_suites_length" "decode.length" Number;
    SUITES "tls.handshake.ciphersuites" "decode.tls.suites" Heading;
    SUITE "tls.handshake.ciphersuite" "decode.tls.suite" Hex(4) = SUITE_WORDS;
    COMPRESSIONS_LENGTH "tls.handshake.comp_methods_length" "decode.length" Number;
    COMPRESSION "tls.handshake.comp_method" "decode.tls.compression" Number;
    EXTENSIONS_LENGTH "tls.handshake.extensions_length" "decode.length" Number;
    EXTENSION_TYPE "tls.handshake.extension.type" "decode.tls.extension" Number = EXTENSIONS;
    EXTENSION_LENGTH "tls.handshake.extension.len" "decode.length" Number;
    EXTENSION_DATA "tls.handshake.extension.data" "decode.data" Bytes;
    NAMES_LENGTH "tls.handshake.extensions_server_name_list_len" "decode.length" Number;
    NAME_TYPE "tls.handshake.extensions_server_name_type" "decode.type" Number;
    NAME_LENGTH "tls.handshake.extensions_server_name_len" "decode.length" Number;
    SERVER_NAME "tls.handshake.extensions_server_name" "decode.tls.server_name" Text;
    ALPN_LENGTH "tls.handshake.extensions_alpn_len" "decode.length" Number;
    ALPN_STRING_LENGTH "tls.handshake.extensions_alpn_str_len" "decode.length" Number;
    ALPN "tls.handshake.extensions_alpn_str" "ALPN" Text;
    GROUPS_LENGTH "tls.handshake.extensions_supported_groups_length" "decode.length" Number;
    GROUP "tls.handshake.extensions_supported_group" "decode.tls.group" Hex(4) = GROUP_WORDS;
    POINT_FORMATS_LENGTH "tls.handshake.extensions_ec_point_formats_length" "decode.length" Number;
    POINT_FORMAT "tls.handshake.extensions_ec_point_format" "decode.tls.point_format" Number;
    SIGNATURES_LENGTH "tls.handshake.sig_hash_alg_len" "decode.length" Number;
    SIGNATURE "tls.handshake.sig_hash_alg" "decode.tls.signature" Hex(4) = SIGNATURE_WORDS;
    SUPPORTED_LENGTH "tls.handshake.extensions.supported_versions_len" "decode.length" Number;
    SUPPORTED_VERSION "tls.handshake.extensions.supported_version" "decode.version" Hex(4) = VERSIONS;
    SHARES_LENGTH "tls.handshake.extensions_key_share_client_length" "decode.length" Number;
    SHARE_GROUP "tls.handshake.extensions_key_share_group" "decode.tls.group" Number = GROUP_WORDS;
    SHARE_LENGTH "tls.handshake.extensions_key_share_key_exchange_length" "decode.length" Number;
    SHARE_KEY "tls.handshake.extensions_key_share_key_exchange" "decode.tls.key" Bytes;
    CURVE_TYPE "tls.handshake.server_curve_type" "decode.type" Hex(2);
    NAMED_CURVE "tls.handshake.server_named_curve" "decode.tls.group" Hex(4) = GROUP_WORDS;
    POINT_LENGTH "tls.handshake.server_point_len" "decode.length" Number;
    POINT "tls.handshake.server_point" "decode.tls.key" Bytes;
    SIG_LENGTH "tls.handshake.sig_len" "decode.length" Number;
    SIG "tls.handshake.sig" "decode.tls.signed" Bytes;
    CERTIFICATES_LENGTH "tls.handshake.certificates_length" "decode.length" Number;
    CERTIFICATE_LENGTH "tls.handshake.certificate_length" "decode.length" Number;
    CERTIFICATE "tls.handshake.certificate" "decode.tls.certificate" Bytes;
}

const CONTENT_TYPES: [(u64, &str); 5] =
    [(20, "ChangeCipherSpec"), (21, "Alert"), (22, "Handshake"), (23, "Application Data"), (24, "Heartbeat")];

const VERSIONS: [(u64, &str); 5] =
    [(0x0300, "SSL 3.0"), (0x0301, "TLS 1.0"), (0x0302, "TLS 1.1"), (0x0303, "TLS 1.2"), (0x0304, "TLS 1.3")];

const LEVELS: [(u64, &str); 2] = [(1, "decode.tls.warning"), (2, "decode.tls.fatal")];

/// The names of the standard; certificates and names are what goes wrong most.
const ALERTS: [(u64, &str); 26] = [
    (0, "close_notify"),
    (10, "unexpected_message"),
    (20, "bad_record_mac"),
    (22, "record_overflow"),
    (40, "handshake_failure"),
    (42, "bad_certificate"),
    (43, "unsupported_certificate"),
    (44, "certificate_revoked"),
    (45, "certificate_expired"),
    (46, "certificate_unknown"),
    (47, "illegal_parameter"),
    (48, "unknown_ca"),
    (49, "access_denied"),
    (50, "decode_error"),
    (51, "decrypt_error"),
    (70, "protocol_version"),
    (71, "insufficient_security"),
    (80, "internal_error"),
    (86, "inappropriate_fallback"),
    (90, "user_canceled"),
    (100, "no_renegotiation"),
    (109, "missing_extension"),
    (110, "unsupported_extension"),
    (112, "unrecognized_name"),
    (116, "certificate_required"),
    (120, "no_application_protocol"),
];

const HANDSHAKES: [(u64, &str); 15] = [
    (0, "HelloRequest"),
    (1, "ClientHello"),
    (2, "ServerHello"),
    (4, "NewSessionTicket"),
    (5, "EndOfEarlyData"),
    (8, "EncryptedExtensions"),
    (11, "Certificate"),
    (12, "ServerKeyExchange"),
    (13, "CertificateRequest"),
    (14, "ServerHelloDone"),
    (15, "CertificateVerify"),
    (16, "ClientKeyExchange"),
    (20, "Finished"),
    (22, "CertificateStatus"),
    (24, "KeyUpdate"),
];

const EXTENSIONS: [(u64, &str); 20] = [
    (0, "server_name"),
    (1, "max_fragment_length"),
    (5, "status_request"),
    (10, "supported_groups"),
    (11, "ec_point_formats"),
    (13, "signature_algorithms"),
    (16, "application_layer_protocol_negotiation"),
    (18, "signed_certificate_timestamp"),
    (21, "padding"),
    (22, "encrypt_then_mac"),
    (23, "extended_master_secret"),
    (35, "session_ticket"),
    (41, "pre_shared_key"),
    (42, "early_data"),
    (43, "supported_versions"),
    (44, "cookie"),
    (45, "psk_key_exchange_modes"),
    (49, "post_handshake_auth"),
    (51, "key_share"),
    (0xff01, "renegotiation_info"),
];

const SUITE_WORDS: [(u64, &str); 20] = [
    (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
    (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
    (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    (0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"),
    (0x1301, "TLS_AES_128_GCM_SHA256"),
    (0x1302, "TLS_AES_256_GCM_SHA384"),
    (0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
    (0x1304, "TLS_AES_128_CCM_SHA256"),
    (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
];

const GROUP_WORDS: [(u64, &str); 8] = [
    (0x0017, "secp256r1"),
    (0x0018, "secp384r1"),
    (0x0019, "secp521r1"),
    (0x001d, "x25519"),
    (0x001e, "x448"),
    (0x0100, "ffdhe2048"),
    (0x0101, "ffdhe3072"),
    (0x11ec, "X25519MLKEM768"),
];

const SIGNATURE_WORDS: [(u64, &str); 12] = [
    (0x0401, "rsa_pkcs1_sha256"),
    (0x0403, "ecdsa_secp256r1_sha256"),
    (0x0501, "rsa_pkcs1_sha384"),
    (0x0503, "ecdsa_secp384r1_sha384"),
    (0x0601, "rsa_pkcs1_sha512"),
    (0x0603, "ecdsa_secp521r1_sha512"),
    (0x0804, "rsa_pss_rsae_sha256"),
    (0x0805, "rsa_pss_rsae_sha384"),
    (0x0806, "rsa_pss_rsae_sha512"),
    (0x0807, "ed25519"),
    (0x0808, "ed448"),
    (0x0809, "rsa_pss_pss_sha256"),
];
