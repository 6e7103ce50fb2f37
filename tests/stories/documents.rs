//! AC06 AC07 · Statements to take away: Excel that cannot run formulas, PDF that can be read and verified.

use serde_json::json;
use std::io::Write as _;
use std::process::{Command, Stdio};
use testkit::{Customer, TestBank};

const SPAN: &str = "from=2026-06-01&to=2026-11-30";

async fn statement(bank: &TestBank, who: &Customer, kind: &str) -> Vec<u8> {
    bank.proves(who, "accounts.export").await.ok();
    let path = format!("/api/accounts/{}/statement.{kind}?{SPAN}", who.account_id().await);
    let file = who.get(&path).await.ok();
    let name = file
        .header("content-disposition")
        .expect("a file name")
        .to_owned();
    assert!(
        name.starts_with("attachment") && !name.contains(&who.card_no),
        "{name}"
    );
    file.body
}

#[tokio::test(flavor = "multi_thread")]
async fn an_excel_statement_sums_to_what_the_bank_says() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    // A memo that a spreadsheet would run.
    let mut form = wang.transfer_form(&chen, 300).await;
    form["memo"] = json!("=HYPERLINK(\"http://evil.example\",\"x\")");
    let draft = wang.post("/api/transfers", form).await.is(201);
    let code = bank.sms_code(&wang).await;
    wang.authorises(&draft, &wang.pay_password, &code).await.is(200);

    let file = statement(&bank, &wang, "xlsx").await;
    let sheet = unzip(&file, "xl/worksheets/sheet1.xml");
    assert!(
        !sheet.contains("<f>") || !sheet.contains("HYPERLINK"),
        "the memo became a formula"
    );
    let strings = format!("{sheet}{}", unzip(&file, "xl/sharedStrings.xml"));
    assert!(strings.contains("合计"), "no line of totals");
    assert!(
        !strings.contains(&wang.card_no) && !strings.contains("陈晓明"),
        "not masked"
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pdf_statement_is_readable_and_verifiable() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let file = statement(&bank, &wang, "pdf").await;
    assert!(file.starts_with(b"%PDF-"));
    let text = pipe("pdftotext", &["-layout", "-", "-"], &file);
    for word in ["微柜银行", "交易明细", "本页", "第1页"] {
        assert!(
            text.replace(' ', "").contains(word),
            "{word} is missing in\n{text}"
        );
    }
    assert!(
        !text.contains("王建国") && !text.contains(&wang.card_no),
        "not masked"
    );
    let code = verification_code(&text);

    let known = wang
        .get(&format!("/api/statements/verify?code={code}"))
        .await
        .ok();
    assert_eq!(known.at("/valid"), json!(true));
    let entries = usize::try_from(known.number("/entries")).expect("a number");
    assert!(entries > 10, "{known}");
    let stranger = bank.stranger();
    let unknown = stranger
        .get(&bank.url("/api/statements/verify?code=AAAAAAAAAAAAAAAA"))
        .await
        .ok();
    assert_eq!(unknown.at("/valid"), json!(false));
    bank.close().await;
}

/// The digits after 验证码, in groups of four.
fn verification_code(text: &str) -> String {
    let after = text.split("验证码：").nth(1).expect("a verification code");
    after
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == ' ')
        .filter(|c| *c != ' ')
        .collect()
}

/// Reads one file out of a zip on stdin; nothing when it is not in it.
const UNZIP: &str = "
const zip = require('fs').readFileSync(0), wanted = process.argv[1]
for (let at = zip.lastIndexOf('PK\\x01\\x02'); at >= 0; at = at && zip.lastIndexOf('PK\\x01\\x02', at - 1)) {
  const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28))
  if (name !== wanted) continue
  const local = zip.readUInt32LE(at + 42)
  const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const packed = zip.subarray(begin, begin + zip.readUInt32LE(at + 20))
  process.stdout.write(zip.readUInt16LE(at + 10) ? require('zlib').inflateRawSync(packed) : packed)
}";

fn unzip(file: &[u8], name: &str) -> String {
    pipe("node", &["-e", UNZIP, name], file)
}

fn pipe(program: &str, args: &[&str], input: &[u8]) -> String {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect(program);
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input)
        .expect("written");
    String::from_utf8_lossy(&child.wait_with_output().expect("an end").stdout).into_owned()
}
