//! The life of one message: its channel, its states, what a refusal asks for, and what comes after it.

use couriers::Action;
use kit::clock::{HOUR, MINUTE, Ms, SECOND};

kit::id_type!(
    /// A notice to a customer.
    pub(crate) NoticeId
);
kit::id_type!(
    /// One message to one address.
    pub(crate) SendId
);

/// WeChat tells repetitions of a template message apart for ten minutes; less a margin.
pub(crate) const REPEATABLE: Ms = 9 * MINUTE;
/// A gateway tells repetitions of an SMS apart by its id; afterwards the SMS would be stale anyway.
const SMS_WORTH: Ms = HOUR;
/// A refusal by the SMS gateway names no reason that we could rely on: so many tries.
const SMS_TRIES: i64 = 5;

/// The way that a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Template,
    /// A customer-service text, out of the quota ledger.
    Text,
    Sms,
}

impl Channel {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Template => "wechat_template",
            Self::Text => "wechat_text",
            Self::Sms => "sms",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Template, Self::Text, Self::Sms]
            .into_iter()
            .find(|c| c.name() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Queued,
    /// Taken by WeChat or the gateway.
    Sent,
    Delivered,
    Failed,
    /// It may have arrived; it is not repeated.
    Unknown,
    /// Not tried: unfollowed, no quota left, unbound.
    Skipped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    Take,
    Deliver,
    Refuse,
    LoseTrack,
    Skip,
}

impl State {
    pub(crate) const ALL: [Self; 6] = [
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Failed,
        Self::Unknown,
        Self::Skipped,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == text)
    }

    pub(crate) fn after(self, step: Move) -> Option<Self> {
        Some(match (self, step) {
            (Self::Queued, Move::Take) => Self::Sent,
            (Self::Queued, Move::LoseTrack) => Self::Unknown,
            (Self::Queued, Move::Skip) => Self::Skipped,
            (Self::Queued | Self::Sent, Move::Refuse) => Self::Failed,
            (Self::Sent, Move::Deliver) => Self::Delivered,
            _ => return None,
        })
    }
}

/// What to do about a refusal by WeChat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Nothing was sent and the cause passes.
    Again,
    NotFollowing,
    /// The ledger was too hopeful: WeChat counts otherwise.
    NoQuota,
    /// This way is closed.
    GiveUp,
    /// The same, and operations must hear of it.
    Alarm,
}

impl Reaction {
    pub(crate) fn to(code: i64) -> Self {
        match couriers::action(code) {
            Action::RetrySoon | Action::RefreshToken | Action::SlowDown => Self::Again,
            Action::NotFollowing => Self::NotFollowing,
            Action::WindowClosed | Action::QuotaSpent => Self::NoQuota,
            Action::DropReceiver | Action::Refuses => Self::GiveUp,
            _ => Self::Alarm,
        }
    }
}

/// How far a message has come, as far as trying again depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) channel: Channel,
    /// Tries made, this one included.
    pub(crate) tries: i64,
    pub(crate) created_at: Ms,
    /// The first try of unknown outcome; 0 for none.
    pub(crate) doubt_at: Ms,
}

impl Progress {
    /// When to try again after a refusal that passes; none when it has lasted too long.
    pub(crate) fn after_refusal(self, now: Ms) -> Option<Ms> {
        let next = now + pause(self.tries);
        match self.channel {
            Channel::Template if self.doubt_at > 0 => self.after_silence(now),
            Channel::Template | Channel::Text => (next < self.created_at + REPEATABLE).then_some(next),
            Channel::Sms => (self.tries < SMS_TRIES).then_some(next),
        }
    }

    /// When to try again after no answer; none when a repetition could be shown twice.
    pub(crate) fn after_silence(self, now: Ms) -> Option<Ms> {
        let next = now + pause(self.tries);
        match self.channel {
            Channel::Text => None,
            Channel::Template => (next < self.doubt_at + REPEATABLE).then_some(next),
            Channel::Sms => (next < self.created_at + SMS_WORTH).then_some(next),
        }
    }

    /// Whether an earlier try of unknown outcome forbids another one now.
    pub(crate) fn is_too_late(self, now: Ms) -> bool {
        self.doubt_at > 0
            && match self.channel {
                Channel::Text => true,
                Channel::Template => now >= self.doubt_at + REPEATABLE,
                Channel::Sms => now >= self.created_at + SMS_WORTH,
            }
    }
}

/// 2 s, 4 s, 8 s … at most 64 s.
fn pause(tries: i64) -> Ms {
    SECOND << u32::try_from(tries.clamp(1, 6)).unwrap_or(6)
}

/// What a notice needs once one of its messages has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Wait,
    /// No WeChat user could be told.
    Sms,
    /// All that can be done has been done; the content is no longer needed.
    Close,
}

impl Next {
    /// By the messages that exist. A WeChat message that was taken may still be refused by its receipt, and
    /// one of unknown outcome may have been read: neither is repeated by SMS.
    pub(crate) fn of(messages: &[(Channel, State)]) -> Self {
        let any = |test: fn(&(Channel, State)) -> bool| messages.iter().any(test);
        if any(|(_, state)| *state == State::Queued) {
            Self::Wait
        } else if any(|(channel, _)| *channel == Channel::Sms) || any(|(_, state)| *state == State::Delivered)
        {
            Self::Close
        } else if any(|(_, state)| *state == State::Sent) {
            Self::Wait
        } else if any(|(_, state)| *state == State::Unknown) {
            Self::Close
        } else {
            Self::Sms
        }
    }
}

#[cfg(test)]
#[path = "send_tests.rs"]
mod tests;
