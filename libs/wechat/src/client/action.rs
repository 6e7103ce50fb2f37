//! WeChat's errcodes as a table: what each one asks the caller to do.

/// Whose errcodes they are. A few numbers mean different things to the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Family {
    /// Official Accounts and mini programs, `api.weixin.qq.com`.
    #[default]
    OfficialAccount,
    /// WeCom and 微信客服, `qyapi.weixin.qq.com`.
    WeCom,
}

/// What to do after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// WeChat is busy: the same call again in a moment.
    RetrySoon,
    /// The access token is not accepted (the client has already refreshed and retried once).
    RefreshToken,
    /// Appid, secret or address list is wrong: tell operations, do not retry.
    FixConfiguration,
    /// This receiver does not exist for this account, or may not be written to.
    DropReceiver,
    /// The receiver does not follow: another channel.
    NotFollowing,
    /// The receiver refuses messages, or has no subscription left: write their consent down as zero.
    Refuses,
    /// The 48-hour window for customer messages is over: a template instead.
    WindowClosed,
    /// The receiver's customer messages are used up: a template instead.
    QuotaSpent,
    /// The call's daily quota is used up: not before 00:00 China time, and tell operations.
    NextDay,
    /// Too many calls in this minute, or too many at once: back off for 60 s.
    SlowDown,
    /// The authorization code is void: start OAuth (or `wx.login`) again.
    Reauthorise,
    /// The file is not what WeChat takes, or its id has run out: upload it again.
    UploadAgain,
    /// The request itself is wrong (template, data, length, JSON): retrying cannot help.
    FixRequest,
    /// What a person entered (a servicer's account, a personalised menu) is refused: show it to them.
    CorrectInput,
    /// It has been done before, under the same id: success.
    AlreadyDone,
    /// The moment has passed (somebody else has greeted the customer): let it be.
    TooLate,
    /// No right to this call, or blocked: tell operations.
    Alarm,
    /// Not in the table.
    Other,
}

impl Action {
    /// What an errcode of an Official Account or a mini program asks for.
    pub const fn of(code: i64) -> Self {
        match code {
            -1 => Self::RetrySoon,
            40001 | 40014 | 41001 | 42001 => Self::RefreshToken,
            40002 | 40013 | 40125 | 40164 | 41002 | 41004 => Self::FixConfiguration,
            40003 | 50001 | 50002 => Self::DropReceiver,
            43004 | 50005 => Self::NotFollowing,
            43101 | 48002 => Self::Refuses,
            45015 => Self::WindowClosed,
            45047 => Self::QuotaSpent,
            45009 => Self::NextDay,
            45011 => Self::SlowDown,
            40029 | 40030 | 40163 | 41008 | 42002 | 42003 | 42007 => Self::Reauthorise,
            40004 | 40007 | 40008 => Self::UploadAgain,
            45065 => Self::AlreadyDone,
            40033 | 40037 | 40050 | 41030 | 44002 | 44004 | 45002 | 47001 | 47003 => Self::FixRequest,
            61450..=61457 | 65400 | 65301..=65317 | 65320 => Self::CorrectInput,
            48001 | 48004 | 48006 | 48008 => Self::Alarm,
            _ => Self::Other,
        }
    }

    /// What an errcode of WeCom or 微信客服 asks for: its own meanings first, then those of [`Action::of`].
    pub const fn of_wecom(code: i64) -> Self {
        match code {
            // The corp secret is wrong; tokens have codes of their own there.
            40001 | 60020 => Self::FixConfiguration,
            // No such customer, no such member, no friends of the app.
            40096 | 60111 | 84061 => Self::DropReceiver,
            41051 => Self::TooLate,
            41096 => Self::RetrySoon,
            45009 | 45033 => Self::SlowDown,
            // 微信客服: the five messages are spent; the 48 hours are over.
            95001 => Self::QuotaSpent,
            95002 => Self::WindowClosed,
            95014 => Self::Alarm,
            other => Self::of(other),
        }
    }

    /// Whether the same call may be right later without a person doing something.
    pub const fn may_retry(self) -> bool {
        matches!(
            self,
            Self::RetrySoon | Self::RefreshToken | Self::SlowDown | Self::NextDay
        )
    }

    /// Whether somebody in operations must know.
    pub const fn is_alarm(self) -> bool {
        matches!(self, Self::FixConfiguration | Self::NextDay | Self::Alarm)
    }
}

impl Family {
    /// What an errcode asks for.
    pub const fn action(self, code: i64) -> Action {
        match self {
            Self::OfficialAccount => Action::of(code),
            Self::WeCom => Action::of_wecom(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_codes() {
        for (code, action) in [
            (-1, Action::RetrySoon),
            (40001, Action::RefreshToken),
            (42001, Action::RefreshToken),
            (40125, Action::FixConfiguration),
            (40164, Action::FixConfiguration),
            (40003, Action::DropReceiver),
            (40007, Action::UploadAgain),
            (40163, Action::Reauthorise),
            (40033, Action::FixRequest),
            (43004, Action::NotFollowing),
            (43101, Action::Refuses),
            (45009, Action::NextDay),
            (45011, Action::SlowDown),
            (45015, Action::WindowClosed),
            (45047, Action::QuotaSpent),
            (45065, Action::AlreadyDone),
            (48001, Action::Alarm),
            (61453, Action::CorrectInput),
            (65303, Action::CorrectInput),
            (65318, Action::Other),
            (0, Action::Other),
        ] {
            assert_eq!(Action::of(code), action, "{code}");
        }
    }

    #[test]
    fn wecom_means_other_things_by_some_numbers() {
        for (code, action) in [
            (40001, Action::FixConfiguration),
            (60020, Action::FixConfiguration),
            (45009, Action::SlowDown),
            (45033, Action::SlowDown),
            (41051, Action::TooLate),
            (41096, Action::RetrySoon),
            (40096, Action::DropReceiver),
            (42001, Action::RefreshToken),
            (48002, Action::Refuses),
        ] {
            assert_eq!(Family::WeCom.action(code), action, "{code}");
        }
        assert!(Action::NextDay.may_retry() && Action::NextDay.is_alarm());
        assert!(!Action::Refuses.may_retry());
    }
}
