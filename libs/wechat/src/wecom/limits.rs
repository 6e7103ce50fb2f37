//! WeCom's base limits, and the same as quotas for a [`Limiter`](crate::client::Limiter), so that a large hand-over
//! slows down here and is not blocked there. Source: WeCom's page on call frequency, as of August 2023; a
//! corporation may have others.

use crate::client::Quota;

/// So many calls within so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls.
    pub calls: u64,
    /// Seconds.
    pub seconds: u64,
}

const fn rate(calls: u64, seconds: u64) -> Rate {
    Rate { calls, seconds }
}

/// Each corporation, for each API.
pub const PER_CORP_AND_API: [Rate; 2] = [rate(10_000, 60), rate(150_000, 3_600)];
/// Each address we call from, for all APIs together.
pub const PER_ADDRESS: [Rate; 2] = [rate(20_000, 60), rate(600_000, 3_600)];
/// Application messages to one member; what is more is dropped without a word.
pub const MESSAGES_PER_MEMBER: [Rate; 2] = [rate(30, 60), rate(1_000, 3_600)];
/// `agent_config` tickets: of a corporation, of an app.
pub const AGENT_TICKETS: [Rate; 2] = [rate(400, 3_600), rate(100, 3_600)];
/// Wrong `gettoken` calls, after which WeCom blocks for an hour.
pub const WRONG_TOKEN_CALLS: Rate = rate(2_000, 3_600);

/// Application messages of one app on one day: 200 for each account the corporation may have.
pub const fn messages_per_day(accounts: u64) -> Rate {
    rate(accounts.saturating_mul(200), 86_400)
}

/// How long WeCom blocks after a limit was passed, by the limit's span: 60 s, 60 min, the day.
pub const fn blocked_for_s(limit: Rate) -> u64 {
    match limit.seconds {
        0..=60 => 60,
        61..=3_600 => 3_600,
        _ => 86_400,
    }
}

/// The hourly limit by the minute, which keeps both: 150,000 an hour are 2,500 a minute.
const EVEN: i64 = 2_500;

/// The calls that a bank makes in bulk, at a pace that keeps the minute's and the hour's limit. For one node; divide
/// by the number of nodes.
pub const QUOTAS: &[Quota] = &[
    Quota::by_minute("/cgi-bin/externalcontact/list", EVEN),
    Quota::by_minute("/cgi-bin/externalcontact/get", EVEN),
    Quota::by_minute("/cgi-bin/externalcontact/batch/get_by_user", EVEN),
    Quota::by_minute("/cgi-bin/externalcontact/remark", EVEN),
    Quota::by_minute("/cgi-bin/externalcontact/mark_tag", EVEN),
    Quota::by_minute("/cgi-bin/externalcontact/transfer_customer", EVEN),
    Quota::by_minute("/cgi-bin/externalcontact/transfer_result", EVEN),
    Quota::by_minute("/cgi-bin/externalcontact/resigned/transfer_customer", EVEN),
    Quota::by_minute("/cgi-bin/externalcontact/resigned/transfer_result", EVEN),
    Quota::by_minute("/cgi-bin/externalcontact/groupchat/get", EVEN),
    Quota::by_minute("/cgi-bin/user/get", EVEN),
    Quota::by_minute("/cgi-bin/message/send", EVEN),
    Quota::by_minute("/cgi-bin/kf/send_msg", EVEN),
    Quota::by_minute("/cgi-bin/kf/sync_msg", EVEN),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bulk_pace_keeps_the_documented_limits() {
        let [minute, hour] = PER_CORP_AND_API;
        for quota in QUOTAS {
            let pace = u64::try_from(quota.per_minute.unwrap()).unwrap();
            assert!(pace <= minute.calls, "{}", quota.path);
            assert!(pace * 60 <= hour.calls, "{}", quota.path);
        }
        assert_eq!(messages_per_day(30), rate(6_000, 86_400));
        assert_eq!(
            [60, 3_600, 86_400].map(|s| blocked_for_s(rate(1, s))),
            [60, 3_600, 86_400]
        );
    }
}
