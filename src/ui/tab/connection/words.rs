//! What is wrong with the fields of the connection panel, and what they stand for, in the person's language. It knows
//! words, not widgets.

use crate::codec::websocket::TypedPartError;
use crate::model::address::{UnixName, UnixNameError};
use crate::model::endpoint::EndpointError;
use crate::model::socket_option::{OptionError, OptionShape};
use crate::ui::tab::connection::fields::typed_endpoint;
use crate::ui::tab::connection::problem::Problem;
use crate::util::locale::Locale;

/// What is wrong with a field, and how it should be.
pub fn problem(locale: &Locale, problem: &Problem) -> String {
    match problem {
        Problem::Endpoint(error) => endpoint_error(locale, error),
        Problem::PortZero => locale.text("problem.port_zero").to_owned(),
        Problem::RemoteMissing => locale.text("rejected.no_remote").to_owned(),
        Problem::LookUpDue(host) => locale.format("problem.look_up_due", &[("host", host)]),
        Problem::Timeout(text) => locale.format("problem.timeout", &[("text", text)]),
        Problem::Group(text) => locale.format("problem.group", &[("text", text)]),
        Problem::Option(error) => option_error(locale, error),
        Problem::UnixName(error) => unix_name_error(locale, error),
        Problem::Mode(text) => locale.format("problem.mode", &[("text", text)]),
        Problem::Protocol(text) => locale.format("problem.protocol", &[("text", text)]),
        Problem::HalfIdentity => locale.text("problem.half_identity").to_owned(),
        Problem::Request(text, error) => {
            let key = match error {
                TypedPartError::NoColon => "problem.header_colon",
                TypedPartError::HeaderName => "problem.header_name",
                TypedPartError::HeaderValue => "problem.header_value",
                TypedPartError::PathStart => "problem.path_start",
                TypedPartError::PathCharacter => "problem.path_character",
            };
            locale.format(key, &[("text", text)])
        }
        Problem::OptionMisplaced { name, kind } => {
            let key = if kind.shape().is_message_oriented {
                "problem.option_not_udp"
            } else {
                "problem.option_not_tcp"
            };
            locale.format(key, &[("name", name)])
        }
    }
}

fn unix_name_error(locale: &Locale, error: &UnixNameError) -> String {
    match error {
        UnixNameError::Missing => locale.text("problem.unix_missing").to_owned(),
        UnixNameError::TooLong { length } => {
            let most = UnixName::MOST_BYTES - 1;
            locale.format("problem.unix_too_long", &[("length", length), ("most", &most)])
        }
        UnixNameError::ZeroInPath => locale.text("problem.unix_zero").to_owned(),
    }
}

fn endpoint_error(locale: &Locale, error: &EndpointError) -> String {
    match error {
        EndpointError::HostMissing => locale.text("problem.host_missing").to_owned(),
        EndpointError::PortMissing { text } => locale.format("problem.port_missing", &[("text", text)]),
        EndpointError::BracketsMissing { text } => {
            locale.format("problem.brackets_missing", &[("text", text)])
        }
        EndpointError::BracketOpen { text } => locale.format("problem.bracket_open", &[("text", text)]),
        EndpointError::PortInvalid { text, .. } => locale.format("problem.port_invalid", &[("text", text)]),
        EndpointError::HostInvalid { character, at, .. } => {
            let shown = if *character == ' ' { '␠' } else { *character };
            locale.format("problem.host_invalid", &[("character", &shown), ("at", at)])
        }
        EndpointError::AddressInvalid { text } => locale.format("problem.address_invalid", &[("text", text)]),
        EndpointError::Ipv6Invalid { text } => locale.format("problem.ipv6_invalid", &[("text", text)]),
        EndpointError::ScopeInvalid { scope, text } => {
            locale.format("problem.scope_invalid", &[("scope", scope), ("text", text)])
        }
    }
}

fn option_error(locale: &Locale, error: &OptionError) -> String {
    match error {
        OptionError::ValueMissing { text } => {
            locale.format("problem.option_value_missing", &[("text", text)])
        }
        OptionError::Unknown { name, .. } => locale.format("problem.option_unknown", &[("name", name)]),
        OptionError::ValueInvalid { name, value, .. } => match name.shape() {
            OptionShape::Flag => locale.format("problem.option_flag", &[("name", name), ("value", value)]),
            OptionShape::Number { max, unit } => locale.format(
                "problem.option_number",
                &[("name", name), ("value", value), ("max", &max), ("unit", &unit)],
            ),
            OptionShape::Text => locale.format("problem.option_text", &[("name", name)]),
        },
    }
}

/// What the two fields of an endpoint stand for, as it is written in one.
pub fn endpoint(host: &str, port: &str) -> String {
    let (host, port) = typed_endpoint(host, port);
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn an_endpoint_can_be_read_back() {
        for (host, port, written) in [
            ("plc.local", "502", "plc.local:502"),
            ("fe80::1", " 9000", "[fe80::1]:9000"),
            ("[::1]", "9000", "[::1]:9000"),
            ("10.0.0.7:80", "9000", "10.0.0.7:80"),
        ] {
            assert_eq!(endpoint(host, port), written);
        }
    }
}
