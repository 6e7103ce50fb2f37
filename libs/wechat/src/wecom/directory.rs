//! The address book as far as a hand-over and a sidebar need it: who works here, in which department, who has
//! left, who opened the page.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::Client;
use crate::client::CallError;

/// A member of staff. What the app may not see is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Staff {
    /// Userid.
    pub userid: String,
    /// Name.
    pub name: String,
    /// Departments.
    #[serde(rename = "department")]
    pub departments: Vec<i64>,
    /// Main department.
    pub main_department: i64,
    /// 1 active, 2 disabled, 4 not yet active, 5 has left.
    pub status: i64,
    /// Position.
    pub position: String,
    /// Whether the member leads the department of the same place, 0 or 1.
    pub is_leader_in_dept: Vec<i64>,
    /// Direct superiors.
    pub direct_leader: Vec<String>,
}

/// A department.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Department {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Parent; 0 for the root.
    #[serde(rename = "parentid")]
    pub parent_id: i64,
    /// Place; larger comes first.
    pub order: i64,
    /// Who leads it.
    pub department_leader: Vec<String>,
}

/// Which member sits in which department.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seat {
    /// The member.
    pub userid: String,
    /// The department.
    pub department: i64,
}

/// A page of members by department.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SeatPage {
    /// Seats; a member of two departments has two.
    #[serde(rename = "dept_user")]
    pub seats: Vec<Seat>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// Who opened a page inside WeCom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Visitor {
    /// A member of this corporation.
    pub userid: Option<String>,
    /// A customer.
    pub external_userid: Option<String>,
    /// Somebody else in WeChat.
    pub openid: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Departments {
    department: Vec<Department>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Users {
    userlist: Vec<Staff>,
}

impl Client {
    /// One member of staff; 60111 when there is none.
    pub async fn staff(&self, user_id: &str) -> Result<Staff, CallError> {
        self.get("/cgi-bin/user/get", &[("userid", user_id)]).await
    }

    /// Members of one department, without those below it.
    pub async fn staff_of(&self, department: i64) -> Result<Vec<Staff>, CallError> {
        let id = department.to_string();
        let users: Users = self.get("/cgi-bin/user/list", &[("department_id", &id)]).await?;
        Ok(users.userlist)
    }

    /// All members with their departments, 10,000 a page.
    pub async fn seats(&self, cursor: Option<&str>) -> Result<SeatPage, CallError> {
        let body = json!({"cursor": cursor.unwrap_or_default(), "limit": 10_000});
        self.post("/cgi-bin/user/list_id", &body).await
    }

    /// All departments, or one with those below it.
    pub async fn departments(&self, below: Option<i64>) -> Result<Vec<Department>, CallError> {
        let id = below.map(|id| id.to_string());
        let query: Vec<_> = id.iter().map(|id| ("id", id.as_str())).collect();
        let list: Departments = self.get("/cgi-bin/department/list", &query).await?;
        Ok(list.department)
    }

    /// Who came back from WeCom's login page with this code (five minutes, once).
    pub async fn visitor(&self, code: &str) -> Result<Visitor, CallError> {
        self.get("/cgi-bin/auth/getuserinfo", &[("code", code)]).await
    }

    /// Where a page inside WeCom sends the browser to learn who opened it; `open` is
    /// `https://open.weixin.qq.com`.
    pub fn login_url(&self, open: &str, back_to: &str, state: &str) -> String {
        let encode = |text: &str| -> String {
            let mut query = reqwest::Url::parse("http://x/").map(|mut url| {
                url.query_pairs_mut().append_pair("v", text);
                url.query().unwrap_or_default().to_owned()
            });
            let encoded = query.as_mut().map(|query| query.split_off(2)).unwrap_or_default();
            encoded.replace('+', "%20")
        };
        format!(
            "{open}/connect/oauth2/authorize?appid={}&redirect_uri={}&response_type=code&scope=snsapi_base\
             &state={}&agentid={}#wechat_redirect",
            encode(self.corpid()),
            encode(back_to),
            encode(state),
            self.agent_id()
        )
    }
}
