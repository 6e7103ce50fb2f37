//! Answers for people who type: 余额 and 挂失. Plain text, short lines, masked numbers.

use corebank::AccountKind;
use identity::Customer;
use kit::{clock::text_of, money::Money};

use super::{Accounts, loss::Report};
use crate::{
    error::Error,
    model::{
        account::{AccountView, Overview, OwnAccount, Status},
        loss::LossView,
    },
};

const NOT_NOW: &str = "银行系统暂时没有回应，请稍后再试。您的资金不受影响。";

impl Accounts {
    /// The answer to 余额.
    pub async fn chat_balance(&self, who: &Customer) -> String {
        match self.overview(who).await {
            Ok(overview) => balances(&overview),
            Err(error) => excuse(&error),
        }
    }

    /// The answer to 挂失 and 挂失1234; `said` is the whole message.
    pub async fn chat_loss(&self, who: &Customer, said: &str) -> String {
        match self.loss_by_text(who, said).await {
            Ok(text) => text,
            Err(error) => excuse(&error),
        }
    }

    async fn loss_by_text(&self, who: &Customer, said: &str) -> Result<String, Error> {
        let own = match self.list(who.id, &who.customer_no).await? {
            Some(own) => own,
            None => self.known(who.id).await?,
        };
        let reportable: Vec<&OwnAccount> = own
            .iter()
            .filter(|a| a.kind != AccountKind::Loan && a.status != Status::Closed)
            .collect();
        let tail = last_four(said);
        let meant: Vec<&&OwnAccount> = reportable
            .iter()
            .filter(|a| Some(&a.tail) == tail.as_ref())
            .collect();
        match (meant.as_slice(), tail) {
            ([account], _) => {
                let report = Report {
                    customer: who.id,
                    account: account.id,
                    key: None,
                    door: "chat",
                };
                Ok(reported(account, &self.block(account, report).await?))
            }
            (_, Some(tail)) => Ok(format!("没有找到尾号{tail}的账户。\n{}", choice(&reportable))),
            (_, None) => Ok(choice(&reportable)),
        }
    }
}

/// The last four digits typed, when there are at least four in a row.
fn last_four(said: &str) -> Option<String> {
    let run = said
        .split(|c: char| !c.is_ascii_digit())
        .rfind(|run| run.len() >= 4)?;
    run.get(run.len() - 4..).map(str::to_owned)
}

fn choice(accounts: &[&OwnAccount]) -> String {
    let Some(first) = accounts.first() else {
        return "您名下没有可以挂失的账户。如有疑问请联系客服。".to_owned();
    };
    let mut lines = vec![format!(
        "请回复“挂失”和卡号后四位，例如“挂失{}”，账户会立即只收不付：",
        first.tail
    )];
    lines.extend(accounts.iter().map(|a| {
        let note = if a.status == Status::Lost {
            "（已挂失）"
        } else {
            ""
        };
        format!("{} 尾号{}{note}", a.product, a.tail)
    }));
    lines.join("\n")
}

fn reported(account: &OwnAccount, loss: &LossView) -> String {
    let branch = &loss.branch;
    format!(
        "已挂失：{}。\n回执号：{}\n账户现在只收不付，您的资金是安全的。\n找到卡片可在“我的账户”解挂；补卡请本人带身份证到{}（{}，电话{}）。",
        account.name(),
        loss.receipt_no,
        branch.name,
        branch.address,
        branch.phone
    )
}

fn balances(overview: &Overview) -> String {
    if overview.accounts.is_empty() {
        return "您名下还没有账户。".to_owned();
    }
    let mut lines = vec![format!("您的账户（{}）", minute(overview.as_of))];
    lines.extend(overview.accounts.iter().map(line));
    if overview.partial {
        lines.push("部分余额不是最新的，请稍后再查。".to_owned());
    }
    lines.join("\n")
}

fn line(a: &AccountView) -> String {
    let name = format!("{}（尾号{}）", a.product, a.tail);
    let status = match a.status {
        Status::Normal => "",
        Status::Lost => "【已挂失】",
        Status::Frozen => "【受限】",
        Status::Dormant => "【睡眠户】",
        Status::Closed => "【已销户】",
    };
    let Some(fen) = a.balance_fen else {
        return format!("{name}：暂时查询不到{status}");
    };
    let owed = Money::cny(fen.saturating_neg().max(0));
    let figures = match (a.kind, a.available_fen) {
        ("credit", Some(left)) => format!("欠款{owed}元，可用额度{}元", Money::cny(left)),
        ("loan", _) => format!("剩余本金{owed}元"),
        (_, Some(available)) if a.kind == "demand" && available != fen => {
            format!("{}元，可用{}元", Money::cny(fen), Money::cny(available))
        }
        _ => format!("{}元", Money::cny(fen)),
    };
    let old = a
        .as_of
        .filter(|_| a.stale)
        .map_or_else(String::new, |at| format!("（{}的数据）", minute(at)));
    format!("{name}：{figures}{old}{status}")
}

/// `2026-11-23 10:00`
fn minute(at: i64) -> String {
    text_of(at).chars().take(16).collect()
}

fn excuse(error: &Error) -> String {
    match error {
        Error::CoreUnavailable => NOT_NOW.to_owned(),
        Error::Identity(identity::Error::StepUp { .. }) => {
            "为了您的资金安全，请点击菜单“我的账户”验证后查看。".to_owned()
        }
        error => {
            tracing::error!(cause = %error, "a command in the chat could not be answered");
            NOT_NOW.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_name_a_card_and_fewer_name_nothing() {
        let cases = [
            ("挂失", None),
            ("挂失1234", Some("1234")),
            ("挂失 尾号 1234 的卡", Some("1234")),
            ("挂失6222009940001001234", Some("1234")),
            ("挂失123", None),
            ("2026年挂失5678", Some("5678")),
        ];
        for (said, wanted) in cases {
            assert_eq!(last_four(said).as_deref(), wanted, "{said}");
        }
    }

    fn view(kind: &'static str, fen: Option<i64>, available: Option<i64>) -> AccountView {
        AccountView {
            id: uuid::Uuid::nil().into(),
            kind,
            product: "产品".to_owned(),
            no_masked: String::new(),
            tail: "1234".to_owned(),
            status: Status::Normal,
            status_text: String::new(),
            balance_fen: fen,
            available_fen: available,
            held_fen: None,
            credit_limit_fen: None,
            as_of: Some(1_795_399_205_000),
            stale: false,
        }
    }

    #[test]
    fn each_kind_of_account_reads_in_its_own_words() {
        assert_eq!(
            line(&view("demand", Some(123_456), Some(123_456))),
            "产品（尾号1234）：1,234.56元"
        );
        assert_eq!(
            line(&view("demand", Some(500), Some(300))),
            "产品（尾号1234）：5.00元，可用3.00元"
        );
        assert_eq!(
            line(&view("credit", Some(-500), Some(900))),
            "产品（尾号1234）：欠款5.00元，可用额度9.00元"
        );
        assert_eq!(
            line(&view("loan", Some(-500), Some(0))),
            "产品（尾号1234）：剩余本金5.00元"
        );
        assert_eq!(line(&view("term", None, None)), "产品（尾号1234）：暂时查询不到");
        let old = AccountView {
            stale: true,
            status: Status::Lost,
            ..view("term", Some(100), Some(0))
        };
        assert_eq!(
            line(&old),
            "产品（尾号1234）：1.00元（2026-11-23 10:00的数据）【已挂失】"
        );
    }
}
