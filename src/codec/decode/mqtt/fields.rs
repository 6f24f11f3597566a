//! The names of MQTT. No logic.

use crate::codec::decode::field::{Field, fields};

fields! {
    pub(super) FIELDS:
    MQTT "mqtt" "decode.mqtt.packet" Heading;
    HDRFLAGS "mqtt.hdrflags" "decode.mqtt.header" Hex(2);
    MSGTYPE "mqtt.msgtype" "decode.type" Number = TYPES;
    HDR_RESERVED "mqtt.hdr_reserved" "decode.reserved" Number;
    DUPFLAG "mqtt.dupflag" "decode.mqtt.duplicate" Flag;
    QOS "mqtt.qos" "decode.mqtt.qos" Number = QOS_WORDS;
    RETAIN "mqtt.retain" "decode.mqtt.retain" Flag;
    LEN "mqtt.len" "decode.length" Number;
    PROTO_LEN "mqtt.proto_len" "decode.length" Number;
    PROTONAME "mqtt.protoname" "decode.protocol" Text;
    VER "mqtt.ver" "decode.version" Number = VERSIONS;
    CONFLAGS "mqtt.conflags" "decode.flags" Hex(2);
    CONFLAG_UNAME "mqtt.conflag.uname" "decode.mqtt.user_name" Flag;
    CONFLAG_PASSWD "mqtt.conflag.passwd" "decode.mqtt.password" Flag;
    CONFLAG_RETAIN "mqtt.conflag.retain" "decode.mqtt.will_retain" Flag;
    CONFLAG_QOS "mqtt.conflag.qos" "decode.mqtt.will_qos" Number = QOS_WORDS;
    CONFLAG_WILL "mqtt.conflag.willflag" "decode.mqtt.will" Flag;
    CONFLAG_CLEAN "mqtt.conflag.cleansess" "decode.mqtt.clean_session" Flag;
    CONFLAG_RESERVED "mqtt.conflag.reserved" "decode.reserved" Flag;
    KALIVE "mqtt.kalive" "decode.mqtt.keep_alive" Number;
    CLIENTID_LEN "mqtt.clientid_len" "decode.length" Number;
    CLIENTID "mqtt.clientid" "decode.mqtt.client_id" Text;
    WILLTOPIC_LEN "mqtt.willtopic_len" "decode.length" Number;
    WILLTOPIC "mqtt.willtopic" "decode.mqtt.will_topic" Text;
    WILLMSG_LEN "mqtt.willmsg_len" "decode.length" Number;
    WILLMSG "mqtt.willmsg" "decode.mqtt.will_message" Bytes;
    USERNAME_LEN "mqtt.username_len" "decode.length" Number;
    USERNAME "mqtt.username" "decode.mqtt.user_name" Text;
    PASSWD_LEN "mqtt.passwd_len" "decode.length" Number;
    PASSWD "mqtt.passwd" "decode.mqtt.password" Text;
    CONACK_FLAGS "mqtt.conack.flags" "decode.flags" Hex(2);
    CONACK_RESERVED "mqtt.conack.flags.reserved" "decode.reserved" Flag;
    CONACK_SESSION "mqtt.conack.flags.sp" "decode.mqtt.session_present" Flag;
    CONACK_VAL "mqtt.conack.val" "decode.mqtt.return_code" Number = RETURN_CODES;
    MSGID "mqtt.msgid" "decode.mqtt.packet_id" Number;
    TOPIC_LEN "mqtt.topic_len" "decode.length" Number;
    TOPIC "mqtt.topic" "decode.mqtt.topic" Text;
    SUB_QOS "mqtt.sub.qos" "decode.mqtt.qos" Number = QOS_WORDS;
    SUBACK_QOS "mqtt.suback.qos" "decode.mqtt.qos" Number = QOS_WORDS;
    SUB_OPTIONS "mqtt.subscription_options" "decode.mqtt.options" Hex(2);
    SUB_OPTIONS_RESERVED "mqtt.subscription_options_reserved" "decode.reserved" Hex(2);
    SUB_OPTIONS_RETAIN "mqtt.subscription_options_retain" "decode.mqtt.retain_handling" Number;
    SUB_OPTIONS_RAP "mqtt.subscription_options_rap" "decode.mqtt.retain_as_published" Flag;
    SUB_OPTIONS_NL "mqtt.subscription_options_nl" "decode.mqtt.no_local" Flag;
    SUB_OPTIONS_QOS "mqtt.subscription_options_qos" "decode.mqtt.qos" Number = QOS_WORDS;
    MSG "mqtt.msg" "decode.mqtt.message" Bytes;
    PROPERTIES "mqtt.properties" "decode.mqtt.properties" Heading;
    WILL_PROPERTIES "mqtt.will_properties" "decode.mqtt.will_properties" Heading;
    PROPERTY_LEN "mqtt.property_len" "decode.length" Number;
    PROPERTY_ID "mqtt.property_id" "decode.mqtt.property" Hex(2) = PROPERTY_WORDS;
    PROP_NUMBER "mqtt.prop_number" "decode.value" Number;
    PROP_STRING_LEN "mqtt.prop_string_len" "decode.length" Number;
    PROP_STRING "mqtt.prop_string" "decode.value" Text;
    PROP_KEY_LEN "mqtt.prop_key_len" "decode.length" Number;
    PROP_KEY "mqtt.prop_key" "decode.mqtt.key" Text;
    PROP_VALUE_LEN "mqtt.prop_value_len" "decode.length" Number;
    PROP_VALUE "mqtt.prop_value" "decode.value" Text;
    PROP_CONTENT_TYPE "mqtt.property.content_type" "decode.value" Text;
    PROP_MAX_QOS "mqtt.property.max_qos" "decode.value" Number = QOS_WORDS;
    PROP_TOPIC_ALIAS "mqtt.property.topic_alias" "decode.value" Number;
    CONNACK_REASON "mqtt.connack.reason_code" "decode.mqtt.reason" Number = REASON_WORDS;
    PUBACK_REASON "mqtt.puback.reason_code" "decode.mqtt.reason" Number = REASON_WORDS;
    PUBREC_REASON "mqtt.pubrec.reason_code" "decode.mqtt.reason" Number = REASON_WORDS;
    PUBREL_REASON "mqtt.pubrel.reason_code" "decode.mqtt.reason" Number = REASON_WORDS;
    PUBCOMP_REASON "mqtt.pubcomp.reason_code" "decode.mqtt.reason" Number = REASON_WORDS;
    SUBACK_REASON "mqtt.suback.reason_code" "decode.mqtt.reason" Number = REASON_WORDS;
    UNSUBACK_REASON "mqtt.unsuback.reason_code" "decode.mqtt.reason" Number = REASON_WORDS;
    DISCONNECT_REASON "mqtt.disconnect.reason_code" "decode.mqtt.reason" Number = REASON_WORDS;
    AUTH_REASON "mqtt.auth.reason_code" "decode.mqtt.reason" Number = REASON_WORDS;
}

/// All that a packet says of how it went.
pub(super) const REASONS: [&Field; 9] = [
    &CONNACK_REASON,
    &PUBACK_REASON,
    &PUBREC_REASON,
    &PUBREL_REASON,
    &PUBCOMP_REASON,
    &SUBACK_REASON,
    &UNSUBACK_REASON,
    &DISCONNECT_REASON,
    &AUTH_REASON,
];

const VERSIONS: [(u64, &str); 3] = [(3, "3.1"), (4, "3.1.1"), (5, "5.0")];

const TYPES: [(u64, &str); 15] = [
    (1, "CONNECT"),
    (2, "CONNACK"),
    (3, "PUBLISH"),
    (4, "PUBACK"),
    (5, "PUBREC"),
    (6, "PUBREL"),
    (7, "PUBCOMP"),
    (8, "SUBSCRIBE"),
    (9, "SUBACK"),
    (10, "UNSUBSCRIBE"),
    (11, "UNSUBACK"),
    (12, "PINGREQ"),
    (13, "PINGRESP"),
    (14, "DISCONNECT"),
    (15, "AUTH"),
];

const QOS_WORDS: [(u64, &str); 4] = [
    (0, "decode.mqtt.at_most_once"),
    (1, "decode.mqtt.at_least_once"),
    (2, "decode.mqtt.exactly_once"),
    (128, "decode.mqtt.failure"),
];

const RETURN_CODES: [(u64, &str); 6] = [
    (0, "decode.mqtt.accepted"),
    (1, "decode.mqtt.wrong_version"),
    (2, "decode.mqtt.wrong_client_id"),
    (3, "decode.mqtt.unavailable"),
    (4, "decode.mqtt.wrong_password"),
    (5, "decode.mqtt.not_authorized"),
];

/// The names of the standard; there is no other word for them.
const PROPERTY_WORDS: [(u64, &str); 27] = [
    (0x01, "Payload Format Indicator"),
    (0x02, "Message Expiry Interval"),
    (0x03, "Content Type"),
    (0x08, "Response Topic"),
    (0x09, "Correlation Data"),
    (0x0b, "Subscription Identifier"),
    (0x11, "Session Expiry Interval"),
    (0x12, "Assigned Client Identifier"),
    (0x13, "Server Keep Alive"),
    (0x15, "Authentication Method"),
    (0x16, "Authentication Data"),
    (0x17, "Request Problem Information"),
    (0x18, "Will Delay Interval"),
    (0x19, "Request Response Information"),
    (0x1a, "Response Information"),
    (0x1c, "Server Reference"),
    (0x1f, "Reason String"),
    (0x21, "Receive Maximum"),
    (0x22, "Topic Alias Maximum"),
    (0x23, "Topic Alias"),
    (0x24, "Maximum QoS"),
    (0x25, "Retain Available"),
    (0x26, "User Property"),
    (0x27, "Maximum Packet Size"),
    (0x28, "Wildcard Subscription Available"),
    (0x29, "Subscription Identifier Available"),
    (0x2a, "Shared Subscription Available"),
];

/// Reason codes that are met most; the standard's own names.
const REASON_WORDS: [(u64, &str); 22] = [
    (0x00, "Success"),
    (0x01, "Granted QoS 1"),
    (0x02, "Granted QoS 2"),
    (0x04, "Disconnect with Will Message"),
    (0x10, "No matching subscribers"),
    (0x11, "No subscription existed"),
    (0x18, "Continue authentication"),
    (0x19, "Re-authenticate"),
    (0x80, "Unspecified error"),
    (0x81, "Malformed Packet"),
    (0x82, "Protocol Error"),
    (0x84, "Unsupported Protocol Version"),
    (0x85, "Client Identifier not valid"),
    (0x86, "Bad User Name or Password"),
    (0x87, "Not authorized"),
    (0x88, "Server unavailable"),
    (0x8b, "Server shutting down"),
    (0x8d, "Keep Alive timeout"),
    (0x8e, "Session taken over"),
    (0x8f, "Topic Filter invalid"),
    (0x90, "Topic Name invalid"),
    (0x95, "Packet too large"),
];
