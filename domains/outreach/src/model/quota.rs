//! Windows in which WeChat takes customer messages, and how many of them.

use kit::clock::{HOUR, MINUTE, Ms, SECOND};

/// What a user's act opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    /// After a menu click, a follow or a scan.
    Click,
    /// After a message.
    Message,
}

impl Window {
    /// In the order in which they are drawn on: what ends sooner first.
    pub(crate) const ALL: [Self; 2] = [Self::Click, Self::Message];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Click => "click",
            Self::Message => "message",
        }
    }

    /// WeChat's 1 min and 48 h, each less a margin: WeChat counts from the act, we from hearing of it.
    pub(crate) fn lasts(self) -> Ms {
        match self {
            Self::Click => MINUTE - 5 * SECOND,
            Self::Message => 48 * HOUR - MINUTE,
        }
    }

    pub(crate) fn allows(self) -> i64 {
        match self {
            Self::Click => 3,
            Self::Message => 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_close_before_wechats_do_and_hold_no_more() {
        for (window, most, limit) in [(Window::Click, 3, MINUTE), (Window::Message, 5, 48 * HOUR)] {
            assert_eq!(window.allows(), most);
            assert!(
                window.lasts() < limit && window.lasts() > limit * 9 / 10,
                "{window:?}"
            );
        }
    }

    #[test]
    fn what_ends_sooner_is_used_first() {
        assert!(Window::ALL.is_sorted_by_key(|w| w.lasts()));
    }
}
