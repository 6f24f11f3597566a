//! The names of DNS. No logic.

use crate::codec::decode::field::{Field, fields};

fields! {
    pub(super) FIELDS:
    DNS "dns" "decode.dns.message" Heading;
    LENGTH "dns.length" "decode.length" Number;
    ID "dns.id" "decode.transaction" Hex(4);
    FLAGS "dns.flags" "decode.flags" Hex(4);
    RESPONSE "dns.flags.response" "decode.dns.response" Flag;
    OPCODE "dns.flags.opcode" "decode.dns.opcode" Number = OPCODES;
    AUTHORITATIVE "dns.flags.authoritative" "decode.dns.authoritative" Flag;
    TRUNCATED "dns.flags.truncated" "decode.dns.truncated" Flag;
    RECDESIRED "dns.flags.recdesired" "decode.dns.recursion_desired" Flag;
    RECAVAIL "dns.flags.recavail" "decode.dns.recursion_available" Flag;
    Z "dns.flags.z" "decode.reserved" Flag;
    AUTHENTICATED "dns.flags.authenticated" "decode.dns.authenticated" Flag;
    CHECKDISABLE "dns.flags.checkdisable" "decode.dns.checking_disabled" Flag;
    RCODE "dns.flags.rcode" "decode.dns.rcode" Number = RCODES;
    QUERIES "dns.count.queries" "decode.dns.questions" Number;
    ANSWERS "dns.count.answers" "decode.dns.answers" Number;
    AUTH_RR "dns.count.auth_rr" "decode.dns.authorities" Number;
    ADD_RR "dns.count.add_rr" "decode.dns.additional" Number;
    QRY_NAME "dns.qry.name" "decode.name" Text;
    QRY_NAME_LEN "dns.qry.name.len" "decode.length" Number;
    LABELS "dns.count.labels" "decode.dns.labels" Number;
    QRY_TYPE "dns.qry.type" "decode.type" Number = TYPES;
    QRY_CLASS "dns.qry.class" "decode.dns.class" Hex(4) = CLASSES;
    QRY_QU "dns.qry.qu" "decode.dns.unicast" Flag;
    RESP_NAME "dns.resp.name" "decode.name" Text;
    RESP_TYPE "dns.resp.type" "decode.type" Number = TYPES;
    RESP_CLASS "dns.resp.class" "decode.dns.class" Hex(4) = CLASSES;
    RESP_FLUSH "dns.resp.cache_flush" "decode.dns.cache_flush" Flag;
    RESP_TTL "dns.resp.ttl" "decode.dns.ttl" Number;
    RESP_LEN "dns.resp.len" "decode.length" Number;
    A "dns.a" "decode.address" Address;
    AAAA "dns.aaaa" "decode.address" Address;
    CNAME "dns.cname" "decode.dns.canonical_name" Text;
    NS "dns.ns" "decode.dns.name_server" Text;
    PTR "dns.ptr.domain_name" "decode.name" Text;
    MX_PREFERENCE "dns.mx.preference" "decode.dns.preference" Number;
    MX "dns.mx.mail_exchange" "decode.dns.mail_exchange" Text;
    TXT_LENGTH "dns.txt.length" "decode.length" Number;
    TXT "dns.txt" "decode.text" Text;
    SRV_SERVICE "dns.srv.service" "decode.dns.service" Text;
    SRV_PROTO "dns.srv.proto" "decode.protocol" Text;
    SRV_NAME "dns.srv.name" "decode.name" Text;
    SRV_PRIORITY "dns.srv.priority" "decode.dns.priority" Number;
    SRV_WEIGHT "dns.srv.weight" "decode.dns.weight" Number;
    SRV_PORT "dns.srv.port" "decode.port" Number;
    SRV_TARGET "dns.srv.target" "decode.dns.target" Text;
    SOA_MNAME "dns.soa.mname" "decode.dns.name_server" Text;
    SOA_RNAME "dns.soa.rname" "decode.dns.responsible" Text;
    SOA_SERIAL "dns.soa.serial_number" "decode.dns.serial" Number;
    SOA_REFRESH "dns.soa.refresh_interval" "decode.dns.refresh" Number;
    SOA_RETRY "dns.soa.retry_interval" "decode.dns.retry" Number;
    SOA_EXPIRE "dns.soa.expire_limit" "decode.dns.expire" Number;
    SOA_MINIMUM "dns.soa.minimum_ttl" "decode.dns.minimum_ttl" Number;
    UDP_PAYLOAD "dns.rr.udp_payload_size" "decode.dns.payload_size" Number;
    EXT_RCODE "dns.resp.ext_rcode" "decode.dns.rcode" Hex(2);
    EDNS_VERSION "dns.resp.edns0_version" "decode.version" Number;
    EDNS_Z "dns.resp.z" "decode.flags" Hex(4);
    EDNS_DO "dns.resp.z.do" "decode.dns.dnssec" Flag;
    OPT "dns.opt" "decode.dns.option" Heading;
    OPT_CODE "dns.opt.code" "decode.type" Number;
    OPT_LEN "dns.opt.len" "decode.length" Number;
    OPT_DATA "dns.opt.data" "decode.data" Bytes;
    DATA "dns.data" "decode.data" Bytes;
    TIME "dns.time" "decode.answer_time" Duration;
}

/// What a summary tells of an answer.
pub(super) const RESULTS: [&Field; 9] = [&A, &AAAA, &CNAME, &NS, &PTR, &MX, &TXT, &SRV_TARGET, &SOA_MNAME];

const OPCODES: [(u64, &str); 5] = [(0, "Query"), (1, "IQuery"), (2, "Status"), (4, "Notify"), (5, "Update")];

const RCODES: [(u64, &str); 11] = [
    (0, "NOERROR"),
    (1, "FORMERR"),
    (2, "SERVFAIL"),
    (3, "NXDOMAIN"),
    (4, "NOTIMP"),
    (5, "REFUSED"),
    (6, "YXDOMAIN"),
    (7, "YXRRSET"),
    (8, "NXRRSET"),
    (9, "NOTAUTH"),
    (10, "NOTZONE"),
];

const TYPES: [(u64, &str); 24] = [
    (1, "A"),
    (2, "NS"),
    (5, "CNAME"),
    (6, "SOA"),
    (12, "PTR"),
    (13, "HINFO"),
    (15, "MX"),
    (16, "TXT"),
    (28, "AAAA"),
    (33, "SRV"),
    (35, "NAPTR"),
    (39, "DNAME"),
    (41, "OPT"),
    (43, "DS"),
    (46, "RRSIG"),
    (47, "NSEC"),
    (48, "DNSKEY"),
    (52, "TLSA"),
    (64, "SVCB"),
    (65, "HTTPS"),
    (251, "IXFR"),
    (252, "AXFR"),
    (255, "ANY"),
    (257, "CAA"),
];

const CLASSES: [(u64, &str); 4] = [(1, "IN"), (3, "CH"), (4, "HS"), (255, "ANY")];
