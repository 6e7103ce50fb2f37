//! The bank's day in numbers, asked of each domain.

use kit::clock::day_bounds;
use kit::jobs;

use super::Office;
use crate::error::Error;
use crate::model::Overview;

impl Office {
    pub(crate) async fn overview(&self) -> Result<Overview, Error> {
        let parts = &self.0;
        let (today, now) = (day_bounds(parts.cx.clock.today()).0, parts.cx.clock.now());
        let transfers = parts.payments.figures(today).await?;
        let backlog = parts
            .cx
            .db
            .read(async move |c| jobs::backlog(c, now).await)
            .await?;
        Ok(Overview {
            bound_customers: parts.identity.bound_count().await?,
            transfers_today: transfers.count,
            transfers_processing: transfers.processing,
            amount_today_fen: transfers.amount_fen,
            loss_reports_today: parts.accounts.loss_reports_since(today).await?,
            callbacks_today: parts.channel.callbacks_since(today).await?,
            dead_jobs: backlog.dead,
        })
    }
}
