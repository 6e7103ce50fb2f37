//! Who serves a customer: nobody yet, the robot, the queue, a person, nobody any more.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Kf;
use crate::client::CallError;

/// The state of a conversation. It lives 48 hours or until it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ServiceState {
    /// 0: new, nobody has taken it. The API may write.
    New,
    /// 1: the robot. The API may write.
    Robot,
    /// 2: waits in the queue for a person.
    Queue,
    /// 3: a person serves.
    Person,
    /// 4: ended; what the customer writes next makes it new again.
    Ended,
}

impl ServiceState {
    /// WeCom's number.
    pub const fn number(self) -> i64 {
        match self {
            Self::New => 0,
            Self::Robot => 1,
            Self::Queue => 2,
            Self::Person => 3,
            Self::Ended => 4,
        }
    }

    /// The state of a number.
    pub const fn of(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::New),
            1 => Some(Self::Robot),
            2 => Some(Self::Queue),
            3 => Some(Self::Person),
            4 => Some(Self::Ended),
            _ => None,
        }
    }

    /// Whether the API may bring a conversation from this state to that one.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::New => matches!(next, Self::Robot | Self::Queue | Self::Person),
            Self::Robot => matches!(next, Self::Queue | Self::Person),
            Self::Queue => matches!(next, Self::Person),
            Self::Person => matches!(next, Self::Person | Self::Ended),
            Self::Ended => false,
        }
    }

    /// Whether the API may write in this state.
    pub const fn may_write(self) -> bool {
        matches!(self, Self::New | Self::Robot)
    }
}

/// Who serves a customer now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// State.
    pub state: ServiceState,
    /// The person, in state [`ServiceState::Person`].
    pub servicer: Option<String>,
}

#[derive(Deserialize)]
struct Got {
    service_state: i64,
    #[serde(default)]
    servicer_userid: String,
}

#[derive(Deserialize)]
struct Changed {
    msg_code: Option<String>,
}

impl Kf {
    /// Who serves a customer.
    pub async fn service(&self, open_kf_id: &str, external_user_id: &str) -> Result<Service, CallError> {
        let body = json!({"open_kfid": open_kf_id, "external_userid": external_user_id});
        let got: Got = self.0.post("/cgi-bin/kf/service_state/get", &body).await?;
        let state = ServiceState::of(got.service_state)
            .ok_or_else(|| CallError::Invalid(format!("state {}", got.service_state)))?;
        Ok(Service {
            state,
            servicer: Some(got.servicer_userid).filter(|user| !user.is_empty()),
        })
    }

    /// Brings a customer to the robot, the queue, a person (who must be named), or ends the conversation. The code, when
    /// there is one, says something to the customer with [`Kf::send_on_event`].
    pub async fn change_service(
        &self,
        open_kf_id: &str,
        external_user_id: &str,
        next: ServiceState,
        servicer: Option<&str>,
    ) -> Result<Option<String>, CallError> {
        if next == ServiceState::New || (next == ServiceState::Person) != servicer.is_some() {
            return Err(CallError::Invalid(
                "a person, and only a person, is named".to_owned(),
            ));
        }
        let body = json!({
            "open_kfid": open_kf_id, "external_userid": external_user_id, "service_state": next.number(),
            "servicer_userid": servicer.unwrap_or_default(),
        });
        let changed: Changed = self.0.post("/cgi-bin/kf/service_state/trans", &body).await?;
        Ok(changed.msg_code.filter(|code| !code.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::ServiceState::{self, Ended, New, Person, Queue, Robot};

    #[test]
    fn the_table_of_states() {
        let all = [New, Robot, Queue, Person, Ended];
        let allowed = [
            (New, Robot),
            (New, Queue),
            (New, Person),
            (Robot, Queue),
            (Robot, Person),
            (Queue, Person),
            (Person, Person),
            (Person, Ended),
        ];
        for from in all {
            for to in all {
                assert_eq!(
                    from.may_become(to),
                    allowed.contains(&(from, to)),
                    "{from:?} {to:?}"
                );
            }
            assert_eq!(ServiceState::of(from.number()), Some(from));
        }
        assert_eq!(
            all.map(ServiceState::may_write),
            [true, true, false, false, false]
        );
        assert_eq!(ServiceState::of(5), None);
    }
}
