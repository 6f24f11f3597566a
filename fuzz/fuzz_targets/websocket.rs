#![no_main]
//! Whatever comes instead of a WebSocket handshake or frames: no panic, nothing is read beyond what is there, what we write
//! reads back as the same, and a head that is cut anywhere waits or is refused as the whole one is.

use libfuzzer_sys::fuzz_target;
use sockscope::codec::websocket::{
    Close, FrameHeader, Opcode, accept_key, message_payload, parse_request, parse_response, push_frame,
    push_response,
};

fuzz_target!(|input: &[u8]| {
    let Some((cut, bytes)) = input.split_first() else { return };
    requests(bytes, usize::from(*cut));
    responses(bytes, usize::from(*cut));
    frames(bytes);
});

fn requests(bytes: &[u8], cut: usize) {
    let whole = parse_request(bytes);
    if let Ok(Some(request)) = &whole {
        assert!(request.length <= bytes.len());
        if cut < request.length {
            assert_eq!(parse_request(&bytes[..cut]), Ok(None));
        }
        let mut answer = Vec::new();
        let chosen = request.subprotocols.first().cloned();
        push_response(&mut answer, &request.key, chosen.as_deref());
        let length = answer.len();
        let read = parse_response(&answer, &accept_key(&request.key), &request.subprotocols);
        assert_eq!(read, Ok(Some((length, chosen))));
    }
}

fn responses(bytes: &[u8], cut: usize) {
    let offered = ["chat".to_owned()];
    if let Ok(Some((length, chosen))) = parse_response(bytes, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", &offered) {
        assert!(length <= bytes.len() && chosen.is_none_or(|chosen| offered.contains(&chosen)));
        if cut < length {
            assert_eq!(parse_response(&bytes[..cut], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", &offered), Ok(None));
        }
    }
}

fn frames(bytes: &[u8]) {
    if let Some(said) = message_payload(bytes) {
        assert!(said.len() < bytes.len());
    }
    Close::of(bytes);
    let Some(header) = FrameHeader::parse(bytes) else { return };
    assert!(header.header_bytes <= bytes.len() && header.header_bytes <= 14);
    for from_client in [false, true] {
        let Some(payload) = bytes.get(header.header_bytes..) else { continue };
        let mask = from_client.then_some([1, 2, 3, 4]);
        let mut frame = Vec::new();
        push_frame(&mut frame, header.opcode, header.is_final, payload, mask);
        let again = FrameHeader::parse(&frame).unwrap();
        assert_eq!((again.opcode, again.is_final, again.mask), (header.opcode, header.is_final, mask));
        assert_eq!(again.header_bytes as u64 + again.payload_bytes, frame.len() as u64);
        if matches!(header.opcode, Opcode::Text | Opcode::Binary | Opcode::Continuation) {
            assert_eq!(message_payload(&frame).as_deref(), Some(payload));
        }
    }
}
