//! Drafts (草稿) of articles and their publishing (发布). What is published can be read and linked, but is not
//! pushed to anybody: that is mass sending.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{CallError, Client, list_or_none};

/// An article of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DraftArticle {
    /// At most 32 characters.
    pub title: String,
    /// At most 16 characters.
    #[serde(default)]
    pub author: String,
    /// At most 128 characters, shown for single articles.
    #[serde(default)]
    pub digest: String,
    /// HTML of at most 20,000 characters and 1 MB; scripts and foreign pictures are taken out.
    pub content: String,
    /// Address behind 阅读原文.
    #[serde(default)]
    pub content_source_url: String,
    /// The cover: a permanent material.
    pub thumb_media_id: String,
    /// 1 opens comments.
    #[serde(default)]
    pub need_open_comment: u8,
    /// 1 lets followers alone comment.
    #[serde(default)]
    pub only_fans_can_comment: u8,
    /// Address, once it has one.
    #[serde(default, skip_serializing)]
    pub url: String,
}

/// A draft or published group of articles.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ArticleGroup {
    /// The draft's id; empty for published ones.
    #[serde(default)]
    pub media_id: String,
    /// The publication's id; empty for drafts.
    #[serde(default)]
    pub article_id: String,
    /// The articles.
    pub content: Articles,
    /// Second of the last change.
    #[serde(default)]
    pub update_time: i64,
}

/// Articles.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Articles {
    /// One to eight.
    #[serde(default, deserialize_with = "list_or_none")]
    pub news_item: Vec<DraftArticle>,
}

/// A page of groups.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ArticlePage {
    /// How many there are.
    #[serde(default)]
    pub total_count: i64,
    /// This page.
    #[serde(default, deserialize_with = "list_or_none")]
    pub item: Vec<ArticleGroup>,
}

/// How far publishing is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PublishState {
    /// 0 published, 1 under way, 2 not original, 3 failed, 4 refused by review, 5 all deleted, 6 all banned.
    pub publish_status: i64,
    /// The publication's id, once published.
    #[serde(default)]
    pub article_id: String,
    /// Addresses of the articles, as WeChat gives them.
    #[serde(default)]
    pub article_detail: Value,
    /// Numbers (from 1) of articles that were refused.
    #[serde(default, deserialize_with = "list_or_none")]
    pub fail_idx: Vec<i64>,
}

#[derive(Deserialize)]
struct Added {
    media_id: String,
}

#[derive(Deserialize)]
struct Submitted {
    #[serde(deserialize_with = "super::id_text")]
    publish_id: String,
}

#[derive(Deserialize)]
struct Count {
    total_count: i64,
}

impl Client {
    /// Adds a draft of one to eight articles; its id.
    pub async fn add_draft(&self, articles: &[DraftArticle]) -> Result<String, CallError> {
        if !(1..=8).contains(&articles.len()) {
            return Err(CallError::Invalid(format!(
                "{} articles, not 1 to 8",
                articles.len()
            )));
        }
        let added: Added = self
            .post("/cgi-bin/draft/add", &json!({"articles": articles}))
            .await?;
        Ok(added.media_id)
    }

    /// Replaces the article at `index` (from 0).
    pub async fn update_draft(
        &self,
        media_id: &str,
        index: usize,
        article: &DraftArticle,
    ) -> Result<(), CallError> {
        let body = json!({"media_id": media_id, "index": index, "articles": article});
        self.api().command("/cgi-bin/draft/update", &body).await
    }

    /// A draft.
    pub async fn draft(&self, media_id: &str) -> Result<Articles, CallError> {
        self.post("/cgi-bin/draft/get", &json!({"media_id": media_id}))
            .await
    }

    /// Deletes a draft; there is no way back.
    pub async fn delete_draft(&self, media_id: &str) -> Result<(), CallError> {
        let body = json!({"media_id": media_id});
        self.api().command("/cgi-bin/draft/delete", &body).await
    }

    /// How many drafts there are.
    pub async fn count_drafts(&self) -> Result<i64, CallError> {
        let count: Count = self.get("/cgi-bin/draft/count", &[]).await?;
        Ok(count.total_count)
    }

    /// Drafts: `count` (1 to 20) from number `offset`.
    pub async fn drafts(&self, offset: i64, count: i64) -> Result<ArticlePage, CallError> {
        let body = json!({"offset": offset, "count": count, "no_content": 0});
        self.post("/cgi-bin/draft/batchget", &body).await
    }

    /// Publishes a draft; the publishing's id. The outcome comes as event `Published`.
    pub async fn publish(&self, media_id: &str) -> Result<String, CallError> {
        let body = json!({"media_id": media_id});
        let submitted: Submitted = self.post("/cgi-bin/freepublish/submit", &body).await?;
        Ok(submitted.publish_id)
    }

    /// How far a publishing is.
    pub async fn publish_state(&self, publish_id: &str) -> Result<PublishState, CallError> {
        self.post("/cgi-bin/freepublish/get", &json!({"publish_id": publish_id}))
            .await
    }

    /// Published articles.
    pub async fn published(&self, article_id: &str) -> Result<Articles, CallError> {
        let body = json!({"article_id": article_id});
        self.post("/cgi-bin/freepublish/getarticle", &body).await
    }

    /// Takes back published articles: the one at `index` (from 1), or all of them with 0.
    pub async fn delete_published(&self, article_id: &str, index: usize) -> Result<(), CallError> {
        let body = json!({"article_id": article_id, "index": index});
        self.api().command("/cgi-bin/freepublish/delete", &body).await
    }

    /// All that is published: `count` (1 to 20) from number `offset`.
    pub async fn all_published(&self, offset: i64, count: i64) -> Result<ArticlePage, CallError> {
        let body = json!({"offset": offset, "count": count, "no_content": 0});
        self.post("/cgi-bin/freepublish/batchget", &body).await
    }
}
