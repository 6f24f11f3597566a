//! The names of Modbus. No logic.

use crate::codec::decode::field::fields;

fields! {
    pub(super) TCP_FIELDS:
    MBTCP "mbtcp" "decode.modbus.tcp" Heading;
    TRANS_ID "mbtcp.trans_id" "decode.transaction" Number;
    PROT_ID "mbtcp.prot_id" "decode.protocol" Number;
    LEN "mbtcp.len" "decode.length" Number;
    UNIT_ID "mbtcp.unit_id" "decode.modbus.unit" Number;
}

fields! {
    pub(super) RTU_FIELDS:
    MBRTU "mbrtu" "decode.modbus.rtu" Heading;
    RTU_UNIT_ID "mbrtu.unit_id" "decode.modbus.unit" Number;
    RTU_CRC "mbrtu.crc16" "decode.checksum" Hex(4);
}

fields! {
    pub(super) BODY_FIELDS:
    MODBUS "modbus" "decode.modbus.body" Heading;
    FUNC_CODE "modbus.func_code" "decode.modbus.function" Number = FUNCTIONS;
    RESPONSE_TIME "modbus.response_time" "decode.answer_time" Duration;
    EXCEPTION_CODE "modbus.exception_code" "decode.modbus.exception" Number = EXCEPTIONS;
    REFERENCE_NUM "modbus.reference_num" "decode.modbus.reference" Number;
    BIT_CNT "modbus.bit_cnt" "decode.modbus.bit_count" Number;
    WORD_CNT "modbus.word_cnt" "decode.modbus.word_count" Number;
    BYTE_CNT "modbus.byte_cnt" "decode.modbus.byte_count" Number;
    BYTE_CNT_16 "modbus.byte_cnt_16" "decode.modbus.byte_count" Number;
    BITNUM "modbus.bitnum" "decode.modbus.bit" Number;
    BITVAL "modbus.bitval" "decode.value" Flag;
    REGNUM16 "modbus.regnum16" "decode.modbus.register" Number;
    REGVAL_UINT16 "modbus.regval_uint16" "decode.value" Number;
    DATA "modbus.data" "decode.data" Bytes;
    PADDING "modbus.padding" "decode.padding" Hex(2);
    DIAGNOSTIC_CODE "modbus.diagnostic_code" "decode.modbus.diagnostic" Number;
    QUERY_DATA "modbus.diagnostic.return_query_data.request" "decode.data" Bytes;
    QUERY_ECHO "modbus.diagnostic.return_query_data.echo" "decode.data" Bytes;
    EV_STATUS "modbus.ev_status" "decode.status" Hex(4);
    EV_COUNT "modbus.ev_count" "decode.modbus.events" Number;
    EV_MSG_COUNT "modbus.ev_msg_count" "decode.modbus.messages" Number;
    EVENT "modbus.event" "decode.modbus.event" Number;
    REFERENCE_TYPE "modbus.reference_type" "decode.type" Number;
    REFERENCE_NUM_32 "modbus.reference_num_32" "decode.modbus.reference" Number;
    AND_MASK "modbus.and_mask" "decode.modbus.and_mask" Hex(4);
    OR_MASK "modbus.or_mask" "decode.modbus.or_mask" Hex(4);
    READ_REFERENCE_NUM "modbus.read_reference_num" "decode.modbus.read_reference" Number;
    READ_WORD_CNT "modbus.read_word_cnt" "decode.modbus.read_word_count" Number;
    WRITE_REFERENCE_NUM "modbus.write_reference_num" "decode.modbus.write_reference" Number;
    WRITE_WORD_CNT "modbus.write_word_cnt" "decode.modbus.write_word_count" Number;
    MEI "modbus.mei" "decode.modbus.mei" Number;
    READ_DEVICE_ID "modbus.read_device_id" "decode.modbus.device_id" Number;
    CONFORMITY_LEVEL "modbus.conformity_level" "decode.modbus.conformity" Hex(2);
    MORE_FOLLOWS "modbus.more_follows" "decode.modbus.more_follows" Hex(2);
    NEXT_OBJECT_ID "modbus.next_object_id" "decode.modbus.next_object" Number;
    NUM_OBJECTS "modbus.num_objects" "decode.modbus.object_count" Number;
    OBJECT_ID "modbus.object_id" "decode.modbus.object" Number;
    OBJECTS_LEN "modbus.objects_len" "decode.length" Number;
    OBJECT_STR_VALUE "modbus.object_str_value" "decode.value" Text;
}

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
