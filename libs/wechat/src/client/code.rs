//! Errcodes that a host gives itself for what it refuses before WeChat would, so that both refusals read alike.

/// WeChat is busy, or out of reach: nothing was sent, and the same later is right.
pub const BUSY: i64 = -1;
/// A text is empty or too long.
pub const BAD_TEXT: i64 = 45002;
/// A template's value breaks the rule of its kind.
pub const BAD_VALUE: i64 = 47003;
