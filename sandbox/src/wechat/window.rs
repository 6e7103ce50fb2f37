//! When and how often an account may write to a follower: 5 messages within 48 h after a message, 3 within a
//! minute after a click, a follow or a scan.

/// Milliseconds.
const HOUR: i64 = 3_600_000;

/// One follower's windows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Window {
    message: Grant,
    interaction: Grant,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Grant {
    until: i64,
    left: u32,
}

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    /// 45015
    Over,
    /// 45047
    Spent,
}

impl Window {
    pub(crate) fn after_message(&mut self, now: i64) {
        self.message = Grant {
            until: now + 48 * HOUR,
            left: 5,
        };
    }

    pub(crate) fn after_interaction(&mut self, now: i64) {
        self.interaction = Grant {
            until: now + HOUR / 60,
            left: 3,
        };
    }

    /// Whether the account may write at all.
    pub(crate) fn is_open(&self, now: i64) -> bool {
        [&self.interaction, &self.message]
            .iter()
            .any(|grant| now < grant.until)
    }

    /// Takes one message, from the grant that ends sooner.
    pub(crate) fn take(&mut self, now: i64) -> Result<(), Closed> {
        let mut open = false;
        for grant in [&mut self.interaction, &mut self.message] {
            if now < grant.until {
                open = true;
                if let Some(left) = grant.left.checked_sub(1) {
                    grant.left = left;
                    return Ok(());
                }
            }
        }
        Err(if open { Closed::Spent } else { Closed::Over })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_after_a_message_three_after_a_click() {
        let mut window = Window::default();
        assert_eq!(window.take(0), Err(Closed::Over));
        window.after_interaction(0);
        for _ in 0..3 {
            window.take(59_999).unwrap();
        }
        assert_eq!(window.take(59_999), Err(Closed::Spent));
        assert_eq!(window.take(60_000), Err(Closed::Over));
        window.after_message(100_000);
        window.after_interaction(100_000);
        for _ in 0..8 {
            window.take(100_001).unwrap();
        }
        assert_eq!(window.take(100_001), Err(Closed::Spent));
        assert_eq!(window.take(100_000 + 48 * HOUR), Err(Closed::Over));
    }
}
