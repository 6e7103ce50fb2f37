//! The way of a transfer, as its page shows it: what has happened, what is going on, what comes next.

use kit::clock::Ms;
use serde::Serialize;
use utoipa::ToSchema;

use super::purpose::Purpose;
use super::transfer::{State, Transfer};

/// Whether a mark lies behind, is at hand or ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tense {
    Done,
    Now,
    Ahead,
    /// It ended here, and not as wished.
    Stopped,
}

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Mark {
    pub text: &'static str,
    pub tense: Tense,
    /// When it happened or will happen; null when nobody knows. Milliseconds UTC.
    pub at: Option<Ms>,
}

fn mark(text: &'static str, tense: Tense, at: Ms) -> Mark {
    Mark {
        text,
        tense,
        at: (at > 0).then_some(at),
    }
}

pub(crate) fn timeline(t: &Transfer, state: State) -> Vec<Mark> {
    use Tense::{Ahead, Done, Now, Stopped};
    let mut way = vec![mark("已提交", Done, t.created_at)];
    match state {
        State::AwaitingChallenge => way.push(mark("等待您验证", Now, 0)),
        State::Expired => way.push(mark("没有及时验证，已过期", Stopped, t.expires_at)),
        _ if t.authorised_at > 0 => way.push(mark("已验证身份", Done, t.authorised_at)),
        _ => {}
    }
    if t.execute_at > 0 && t.authorised_at > 0 && t.purpose != Purpose::Bill {
        match state {
            State::Waiting => way.push(mark("等待转出，可以撤销", Now, t.execute_at)),
            State::Cancelled => {}
            _ => way.push(mark("等待期结束，已转出", Done, t.left_at())),
        }
    }
    let elsewhere = !t.bank.is_ours();
    match state {
        State::Waiting if t.purpose == Purpose::Bill => {
            way.push(mark("款项已预留，等待缴费单位确认", Now, t.authorised_at));
            way.push(mark("缴费单位入账", Ahead, 0));
        }
        State::AwaitingChallenge | State::Waiting => way.push(mark("到账", Ahead, 0)),
        State::Processing => {
            way.push(mark("银行处理中", Now, t.left_at()));
            way.push(mark("到账", Ahead, 0));
        }
        State::AtClearing => {
            way.push(mark("已扣款，提交清算", Done, t.accepted_at));
            way.push(mark("等待对方银行入账", Now, 0));
        }
        State::Succeeded => {
            if elsewhere && t.accepted_at > 0 {
                way.push(mark("已扣款，提交清算", Done, t.accepted_at));
            }
            way.push(mark(
                if elsewhere {
                    "对方银行已入账"
                } else {
                    t.purpose.arrived()
                },
                Done,
                t.done_at,
            ));
        }
        State::Returned => {
            way.push(mark("已扣款，提交清算", Done, t.accepted_at));
            way.push(mark("对方银行退回，款项已退到付款账户", Stopped, t.done_at));
        }
        State::Failed => way.push(mark("没有转出", Stopped, t.done_at)),
        State::Cancelled => way.push(mark("已撤销，没有转出", Stopped, t.done_at)),
        State::Expired => {}
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::transfer::Bank;

    fn at(state: State) -> Transfer {
        let id = "01920000-0000-7000-8000-000000000001";
        Transfer {
            state,
            created_at: 1,
            authorised_at: 2,
            sent_at: 3,
            accepted_at: 4,
            done_at: 5,
            bank: Bank {
                code: "102".to_owned(),
                name: "中国工商银行".to_owned(),
            },
            ..Transfer::blank(id.parse().unwrap(), id.parse().unwrap(), id.parse().unwrap())
        }
    }

    /// Exactly one thing is going on in a state that can change, and nothing in one that can't.
    #[test]
    fn every_state_has_one_present_or_an_end() {
        for state in State::ALL {
            let way = timeline(&at(state), state);
            let now = way.iter().filter(|mark| mark.tense == Tense::Now).count();
            let open = matches!(
                state,
                State::AwaitingChallenge | State::Processing | State::AtClearing
            );
            if state != State::Waiting {
                assert_eq!(now, usize::from(open), "{state:?} {way:?}");
            }
            assert!(way.len() >= 2, "{state:?} {way:?}");
        }
        let waiting = Transfer {
            execute_at: 9,
            ..at(State::Waiting)
        };
        let way = timeline(&waiting, State::Waiting);
        assert_eq!(way.get(2), Some(&mark("等待转出，可以撤销", Tense::Now, 9)));
    }

    #[test]
    fn money_that_came_back_is_told_as_such() {
        let way = timeline(&at(State::Returned), State::Returned);
        assert!(
            way.last()
                .is_some_and(|last| last.tense == Tense::Stopped && last.text.contains("退"))
        );
    }
}
