//! The window in which a customer may be answered: five messages within 48 hours after the customer wrote.

use serde::{Deserialize, Serialize};

/// Messages after each message of the customer.
pub const MESSAGES_PER_WINDOW: u32 = 5;
/// Seconds for which a message of the customer opens the window.
pub const WINDOW_S: i64 = 48 * 3_600;

/// The account of one customer with one 微信客服 account; pure, kept by the host. A robot's answers, a person's and
/// notices of a hand-over all draw on it, so merge what can be merged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyWindow {
    /// Second of the customer's last message.
    pub opened_at: Option<i64>,
    /// Messages sent since.
    pub sent: u32,
}

impl ReplyWindow {
    /// The customer wrote: five messages again. An older message than the last one changes nothing.
    pub fn heard(&mut self, at: i64) {
        if self.opened_at.is_none_or(|opened| at > opened) {
            *self = Self {
                opened_at: Some(at),
                sent: 0,
            };
        }
    }

    /// Messages that may still be sent at this second.
    pub fn left(&self, now: i64) -> u32 {
        match self.opened_at {
            Some(opened) if now - opened < WINDOW_S => MESSAGES_PER_WINDOW.saturating_sub(self.sent),
            _ => 0,
        }
    }

    /// Takes one message; false when there is none left, and nothing may be sent.
    pub fn take(&mut self, now: i64) -> bool {
        let may = self.left(now) > 0;
        self.sent += u32::from(may);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_after_a_message_and_none_after_two_days() {
        let mut window = ReplyWindow::default();
        assert!(!window.take(0), "nobody has written");
        window.heard(100);
        assert_eq!((0..6).filter(|_| window.take(200)).count(), 5);
        window.heard(50);
        assert_eq!(window.left(200), 0, "an older message opens nothing");
        window.heard(300);
        assert_eq!(window.left(300 + WINDOW_S - 1), 5);
        assert!(!window.take(300 + WINDOW_S));
    }
}
