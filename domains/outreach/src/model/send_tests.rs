//! The state machine as a table, and the rules of repeating.

use super::*;

#[test]
fn the_state_machine_as_a_table() {
    use Move::{Deliver, LoseTrack, Refuse, Skip, Take};
    let steps = [Take, Deliver, Refuse, LoseTrack, Skip];
    let table = [
        (
            State::Queued,
            [
                Some(State::Sent),
                None,
                Some(State::Failed),
                Some(State::Unknown),
                Some(State::Skipped),
            ],
        ),
        (
            State::Sent,
            [None, Some(State::Delivered), Some(State::Failed), None, None],
        ),
        (State::Delivered, [None; 5]),
        (State::Failed, [None; 5]),
        (State::Unknown, [None; 5]),
        (State::Skipped, [None; 5]),
    ];
    assert_eq!(table.len(), State::ALL.len());
    for (from, to) in table {
        assert_eq!(steps.map(|step| from.after(step)), to, "{from:?}");
        assert_eq!(State::parse(from.name()), Some(from));
    }
}

#[test]
fn refusals_as_wechat_codes_them() {
    for (code, reaction) in [
        (-1, Reaction::Again),
        (40001, Reaction::Again),
        (45011, Reaction::Again),
        (43004, Reaction::NotFollowing),
        (50005, Reaction::NotFollowing),
        (45015, Reaction::NoQuota),
        (45047, Reaction::NoQuota),
        (43101, Reaction::GiveUp),
        (48002, Reaction::GiveUp),
        (40003, Reaction::GiveUp),
        (40037, Reaction::Alarm),
        (47003, Reaction::Alarm),
        (48001, Reaction::Alarm),
        (45009, Reaction::Alarm),
        (99999, Reaction::Alarm),
    ] {
        assert_eq!(Reaction::to(code), reaction, "{code}");
    }
}

fn progress(channel: Channel, doubt_at: Ms) -> Progress {
    Progress {
        channel,
        tries: 1,
        created_at: 1_000,
        doubt_at,
    }
}

#[test]
fn a_template_is_repeated_only_while_wechat_tells_repetitions_apart() {
    let silent = progress(Channel::Template, 1_000);
    assert_eq!(silent.after_silence(1_000), Some(3_000));
    assert_eq!(silent.after_silence(1_000 + REPEATABLE - 2_000), None);
    assert!(!silent.is_too_late(1_000 + REPEATABLE - 1));
    assert!(silent.is_too_late(1_000 + REPEATABLE));
    assert!(silent.after_refusal(1_000 + REPEATABLE - 2_000).is_none());
    // Refused every time: nothing can be doubled, however late.
    assert!(!progress(Channel::Template, 0).is_too_late(i64::MAX));
}

#[test]
fn a_text_is_never_repeated_after_silence_and_an_sms_is_for_an_hour() {
    let text = progress(Channel::Text, 1_000);
    assert_eq!(text.after_silence(1_000), None);
    assert!(text.is_too_late(1_001));
    assert_eq!(progress(Channel::Text, 0).after_refusal(1_000), Some(3_000));
    let sms = progress(Channel::Sms, 1_000);
    assert!(sms.after_silence(HOUR - 2 * SECOND).is_some() && sms.after_silence(HOUR).is_none());
    assert!(Progress { tries: 5, ..sms }.after_refusal(2_000).is_none());
}

#[test]
fn pauses_grow_to_about_a_minute() {
    assert_eq!(
        [0, 1, 2, 3, 6, 100].map(pause),
        [2_000, 2_000, 4_000, 8_000, 64_000, 64_000]
    );
}

#[test]
fn an_sms_goes_out_only_when_no_wechat_user_can_have_been_told() {
    use Channel::{Sms, Template};
    use State::{Delivered, Failed, Queued, Sent, Skipped, Unknown};
    for (messages, next) in [
        (vec![], Next::Sms),
        (vec![(Template, Queued)], Next::Wait),
        (vec![(Template, Sent)], Next::Wait),
        (vec![(Template, Delivered)], Next::Close),
        (vec![(Template, Delivered), (Template, Sent)], Next::Close),
        (vec![(Template, Delivered), (Template, Queued)], Next::Wait),
        (vec![(Template, Unknown)], Next::Close),
        (vec![(Template, Unknown), (Template, Sent)], Next::Wait),
        (vec![(Template, Failed)], Next::Sms),
        (vec![(Template, Skipped), (Template, Failed)], Next::Sms),
        (vec![(Template, Skipped), (Template, Queued)], Next::Wait),
        (vec![(Template, Failed), (Template, Unknown)], Next::Close),
        (vec![(Template, Failed), (Sms, Queued)], Next::Wait),
        (vec![(Template, Failed), (Sms, Sent)], Next::Close),
        (vec![(Template, Failed), (Sms, Failed)], Next::Close),
    ] {
        assert_eq!(Next::of(&messages), next, "{messages:?}");
    }
}
