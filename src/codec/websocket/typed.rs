//! Parts of a request as people type them: header fields and paths. It makes no request.

use crate::codec::websocket::Header;
use thiserror::Error;

/// What is wrong with a part of a request that was typed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TypedPartError {
    /// A header field has no colon.
    #[error("has no ':'")]
    NoColon,
    /// What stands before the colon is no name.
    #[error("has no name that a header may have")]
    HeaderName,
    /// A value cannot be sent.
    #[error("has a control character")]
    HeaderValue,
    /// A path does not begin as paths do.
    #[error("does not begin with '/'")]
    PathStart,
    /// A path has a character that cannot stand in a request.
    #[error("has a character that must be written as %NN")]
    PathCharacter,
}

/// Reads `Name: value`.
pub fn read_header(text: &str) -> Result<Header, TypedPartError> {
    let (name, value) = text.split_once(':').ok_or(TypedPartError::NoColon)?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_word) {
        return Err(TypedPartError::HeaderName);
    }
    if value.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(TypedPartError::HeaderValue);
    }
    Ok(Header { name: name.to_owned(), value: value.trim().to_owned() })
}

/// Whether this can be the path of a request, a query included.
pub fn check_path(path: &str) -> Result<(), TypedPartError> {
    if !path.starts_with('/') {
        return Err(TypedPartError::PathStart);
    }
    if path.bytes().any(|byte| byte <= b' ' || byte >= 0x7F) {
        return Err(TypedPartError::PathCharacter);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{TypedPartError, check_path, read_header};

    #[test]
    fn what_cannot_stand_in_a_request_is_told() {
        for (text, error) in [
            ("no colon", TypedPartError::NoColon),
            (": x", TypedPartError::HeaderName),
            ("bad name: x", TypedPartError::HeaderName),
            ("a: b\u{1}", TypedPartError::HeaderValue),
        ] {
            assert_eq!(read_header(text), Err(error), "{text}");
        }
        let header = read_header("X-A:  b c ").unwrap();
        assert_eq!((header.name.as_str(), header.value.as_str()), ("X-A", "b c"));
        assert_eq!(check_path("live"), Err(TypedPartError::PathStart));
        assert_eq!(check_path("/温度"), Err(TypedPartError::PathCharacter));
        assert_eq!(check_path("/live?a=b"), Ok(()));
    }
}
