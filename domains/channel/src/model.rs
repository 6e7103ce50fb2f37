//! Commands and welcomes: which words mean what. Pure.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use weigui_wechat::Reply;

/// Who wrote, and the push that made it: the key makes a command idempotent.
#[derive(Clone, Debug)]
pub struct Fan {
    pub openid: String,
    /// Names this push among all; the same for every delivery of it.
    pub push: String,
}

/// What a command does with the fan and the words behind its name.
pub(crate) type Run = Arc<dyn Fn(Fan, String) -> BoxFuture<'static, anyhow::Result<Reply>> + Send + Sync>;

/// The words by which a command is called.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The whole text, or its beginning before a blank.
    pub texts: &'static [&'static str],
    /// Keys of menu buttons.
    pub keys: &'static [&'static str],
}

/// Something that can be done by typing it.
#[derive(Clone)]
pub struct Command {
    pub words: Words,
    pub run: Run,
}

/// What is said to somebody who follows, follows again, or writes what we don't understand.
#[derive(Clone, Debug)]
pub struct Welcome {
    pub first: String,
    pub again: String,
    pub lost: String,
}

/// The words for a person; heard before anything else.
pub(crate) const HUMAN: [&str; 5] = ["人工", "人工客服", "转人工", "人工服务", "找人工"];

/// The command that a text calls, with the rest of the text.
pub(crate) fn find<'a>(commands: &'a [Command], text: &str) -> Option<(&'a Command, String)> {
    let text = plain(text);
    let asks_for_human = HUMAN.iter().any(|word| text == *word) || text.contains("人工客服");
    let (name, rest) = if asks_for_human {
        ("人工", "")
    } else {
        text.split_once(' ').unwrap_or((&text, ""))
    };
    let by_name = commands.iter().find(|c| c.words.texts.contains(&name));
    by_name
        .map(|command| (command, rest.trim().to_owned()))
        .or_else(|| with_digits(commands, &text))
}

/// `挂失1234`: a command with digits right behind it.
fn with_digits<'a>(commands: &'a [Command], text: &str) -> Option<(&'a Command, String)> {
    let digits_after = |word: &str| {
        text.strip_prefix(word)
            .filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let of = |c: &'a Command| {
        c.words
            .texts
            .iter()
            .find_map(|word| digits_after(word))
            .map(|rest| (c, rest.to_owned()))
    };
    commands.iter().find_map(of)
}

/// The command behind a menu button.
pub(crate) fn of_key<'a>(commands: &'a [Command], key: &str) -> Option<&'a Command> {
    commands.iter().find(|c| c.words.keys.contains(&key))
}

/// Without blanks and punctuation around it, blanks within as one.
fn plain(text: &str) -> String {
    let edge = |c: char| c.is_whitespace() || "。．.！!？?，,、；;“”\"'".contains(c);
    text.trim_matches(edge)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands() -> Vec<Command> {
        let run: Run = Arc::new(|_, _| Box::pin(async { Ok(Reply::Text("x".to_owned())) }));
        [("余额", "BALANCE"), ("挂失", "LOSS"), ("人工", "HUMAN")]
            .map(|(text, key)| {
                let words = Words {
                    texts: Box::leak(Box::new([text])),
                    keys: Box::leak(Box::new([key])),
                };
                Command {
                    words,
                    run: run.clone(),
                }
            })
            .into()
    }

    #[test]
    fn words_find_their_command() {
        let commands = commands();
        let found = |text: &str| find(&commands, text).map(|(c, rest)| (c.words.texts[0], rest));
        assert_eq!(found("余额"), Some(("余额", String::new())));
        assert_eq!(found("  余额。 "), Some(("余额", String::new())));
        assert_eq!(found("挂失  1234"), Some(("挂失", "1234".to_owned())));
        assert_eq!(found("挂失1234"), Some(("挂失", "1234".to_owned())));
        assert_eq!(found("转人工！"), Some(("人工", String::new())));
        assert_eq!(found("我要人工客服 快点"), Some(("人工", String::new())));
        assert_eq!(found("今天天气"), None);
        assert_eq!(found(""), None);
        assert!(of_key(&commands, "LOSS").is_some() && of_key(&commands, "余额").is_none());
    }
}
