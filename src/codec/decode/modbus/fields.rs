//! The names of Modbus. No logic.

use crate::codec::decode::field::{Field, FieldKind};

pub(super) static MBTCP: Field = Field::new("mbtcp", "decode.modbus.tcp", FieldKind::Heading);
pub(super) static TRANS_ID: Field = number("mbtcp.trans_id", "decode.transaction");
pub(super) static PROT_ID: Field = number("mbtcp.prot_id", "decode.protocol");
pub(super) static LEN: Field = number("mbtcp.len", "decode.length");
pub(super) static UNIT_ID: Field = number("mbtcp.unit_id", "decode.modbus.unit");

pub(super) static MBRTU: Field = Field::new("mbrtu", "decode.modbus.rtu", FieldKind::Heading);
pub(super) static RTU_UNIT_ID: Field = number("mbrtu.unit_id", "decode.modbus.unit");
pub(super) static RTU_CRC: Field = hex("mbrtu.crc16", "decode.checksum", 4);

pub(super) static MODBUS: Field = Field::new("modbus", "decode.modbus.body", FieldKind::Heading);
pub(super) static FUNC_CODE: Field = number("modbus.func_code", "decode.modbus.function").meaning(&FUNCTIONS);
pub(super) static RESPONSE_TIME: Field =
    Field::new("modbus.response_time", "decode.answer_time", FieldKind::Duration);
pub(super) static EXCEPTION_CODE: Field =
    number("modbus.exception_code", "decode.modbus.exception").meaning(&EXCEPTIONS);
pub(super) static REFERENCE_NUM: Field = number("modbus.reference_num", "decode.modbus.reference");
pub(super) static BIT_CNT: Field = number("modbus.bit_cnt", "decode.modbus.bit_count");
pub(super) static WORD_CNT: Field = number("modbus.word_cnt", "decode.modbus.word_count");
pub(super) static BYTE_CNT: Field = number("modbus.byte_cnt", "decode.modbus.byte_count");
pub(super) static BYTE_CNT_16: Field = number("modbus.byte_cnt_16", "decode.modbus.byte_count");
pub(super) static BITNUM: Field = number("modbus.bitnum", "decode.modbus.bit");
pub(super) static BITVAL: Field = Field::new("modbus.bitval", "decode.value", FieldKind::Flag);
pub(super) static REGNUM16: Field = number("modbus.regnum16", "decode.modbus.register");
pub(super) static REGVAL_UINT16: Field = number("modbus.regval_uint16", "decode.value");
pub(super) static DATA: Field = Field::new("modbus.data", "decode.data", FieldKind::Bytes);
pub(super) static PADDING: Field = hex("modbus.padding", "decode.padding", 2);
pub(super) static DIAGNOSTIC_CODE: Field = number("modbus.diagnostic_code", "decode.modbus.diagnostic");
pub(super) static QUERY_DATA: Field =
    Field::new("modbus.diagnostic.return_query_data.request", "decode.data", FieldKind::Bytes);
pub(super) static QUERY_ECHO: Field =
    Field::new("modbus.diagnostic.return_query_data.echo", "decode.data", FieldKind::Bytes);
pub(super) static EV_STATUS: Field = hex("modbus.ev_status", "decode.status", 4);
pub(super) static EV_COUNT: Field = number("modbus.ev_count", "decode.modbus.events");
pub(super) static EV_MSG_COUNT: Field = number("modbus.ev_msg_count", "decode.modbus.messages");
pub(super) static EVENT: Field = number("modbus.event", "decode.modbus.event");
pub(super) static REFERENCE_TYPE: Field = number("modbus.reference_type", "decode.type");
pub(super) static REFERENCE_NUM_32: Field = number("modbus.reference_num_32", "decode.modbus.reference");
pub(super) static AND_MASK: Field = hex("modbus.and_mask", "decode.modbus.and_mask", 4);
pub(super) static OR_MASK: Field = hex("modbus.or_mask", "decode.modbus.or_mask", 4);
pub(super) static READ_REFERENCE_NUM: Field =
    number("modbus.read_reference_num", "decode.modbus.read_reference");
pub(super) static READ_WORD_CNT: Field = number("modbus.read_word_cnt", "decode.modbus.read_word_count");
pub(super) static WRITE_REFERENCE_NUM: Field =
    number("modbus.write_reference_num", "decode.modbus.write_reference");
pub(super) static WRITE_WORD_CNT: Field = number("modbus.write_word_cnt", "decode.modbus.write_word_count");
pub(super) static MEI: Field = number("modbus.mei", "decode.modbus.mei");
pub(super) static READ_DEVICE_ID: Field = number("modbus.read_device_id", "decode.modbus.device_id");
pub(super) static CONFORMITY_LEVEL: Field = hex("modbus.conformity_level", "decode.modbus.conformity", 2);
pub(super) static MORE_FOLLOWS: Field = hex("modbus.more_follows", "decode.modbus.more_follows", 2);
pub(super) static NEXT_OBJECT_ID: Field = number("modbus.next_object_id", "decode.modbus.next_object");
pub(super) static NUM_OBJECTS: Field = number("modbus.num_objects", "decode.modbus.object_count");
pub(super) static OBJECT_ID: Field = number("modbus.object_id", "decode.modbus.object");
pub(super) static OBJECTS_LEN: Field = number("modbus.objects_len", "decode.length");
pub(super) static OBJECT_STR_VALUE: Field =
    Field::new("modbus.object_str_value", "decode.value", FieldKind::Text);

/// What stands before a body on TCP.
pub(super) static TCP_FIELDS: [&Field; 5] = [&MBTCP, &TRANS_ID, &PROT_ID, &LEN, &UNIT_ID];

/// What stands around a body in RTU.
pub(super) static RTU_FIELDS: [&Field; 3] = [&MBRTU, &RTU_UNIT_ID, &RTU_CRC];

/// What both carry.
pub(super) static BODY_FIELDS: [&Field; 39] = [
    &MODBUS,
    &FUNC_CODE,
    &RESPONSE_TIME,
    &EXCEPTION_CODE,
    &REFERENCE_NUM,
    &BIT_CNT,
    &WORD_CNT,
    &BYTE_CNT,
    &BYTE_CNT_16,
    &BITNUM,
    &BITVAL,
    &REGNUM16,
    &REGVAL_UINT16,
    &DATA,
    &PADDING,
    &DIAGNOSTIC_CODE,
    &QUERY_DATA,
    &QUERY_ECHO,
    &EV_STATUS,
    &EV_COUNT,
    &EV_MSG_COUNT,
    &EVENT,
    &REFERENCE_TYPE,
    &REFERENCE_NUM_32,
    &AND_MASK,
    &OR_MASK,
    &READ_REFERENCE_NUM,
    &READ_WORD_CNT,
    &WRITE_REFERENCE_NUM,
    &WRITE_WORD_CNT,
    &MEI,
    &READ_DEVICE_ID,
    &CONFORMITY_LEVEL,
    &MORE_FOLLOWS,
    &NEXT_OBJECT_ID,
    &NUM_OBJECTS,
    &OBJECT_ID,
    &OBJECTS_LEN,
    &OBJECT_STR_VALUE,
];

const FUNCTIONS: [(u64, &str); 19] = [
    (1, "decode.modbus.read_coils"),
    (2, "decode.modbus.read_discrete_inputs"),
    (3, "decode.modbus.read_holding_registers"),
    (4, "decode.modbus.read_input_registers"),
    (5, "decode.modbus.write_single_coil"),
    (6, "decode.modbus.write_single_register"),
    (7, "decode.modbus.read_exception_status"),
    (8, "decode.modbus.diagnostics"),
    (11, "decode.modbus.get_event_counter"),
    (12, "decode.modbus.get_event_log"),
    (15, "decode.modbus.write_coils"),
    (16, "decode.modbus.write_registers"),
    (17, "decode.modbus.report_server_id"),
    (20, "decode.modbus.read_file"),
    (21, "decode.modbus.write_file"),
    (22, "decode.modbus.mask_register"),
    (23, "decode.modbus.read_write_registers"),
    (24, "decode.modbus.read_fifo"),
    (43, "decode.modbus.encapsulated"),
];

const EXCEPTIONS: [(u64, &str); 9] = [
    (1, "decode.modbus.illegal_function"),
    (2, "decode.modbus.illegal_address"),
    (3, "decode.modbus.illegal_value"),
    (4, "decode.modbus.device_failure"),
    (5, "decode.modbus.acknowledge"),
    (6, "decode.modbus.device_busy"),
    (8, "decode.modbus.memory_parity"),
    (10, "decode.modbus.gateway_path"),
    (11, "decode.modbus.gateway_target"),
];

const fn number(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, FieldKind::Number)
}

const fn hex(name: &'static str, label: &'static str, digits: u8) -> Field {
    Field::new(name, label, FieldKind::Hex(digits))
}
