//! 小额免密: where the policy asks for no proof, the customer's word over payee and amount is the authorisation. The
//! transfer is checked, written and sent in one request, without a draft that waits. The policy is asked for the day's
//! sum, not for this amount alone.

use identity::Customer;
use kit::db::Conn;

use super::Payments;
use super::draft::{Draft, Made};
use super::key::Key;
use super::look::TransferState;
use crate::error::Error;
use crate::model::transfer::Transfer;
use crate::store;

impl Payments {
    /// Sends a transfer that asks for no proof; the same key sends it once. None when the day's sum wants one.
    pub(super) async fn send_at_once(
        &self,
        who: &Customer,
        key: &Key,
        ask: &Draft,
    ) -> Result<Option<TransferState>, Error> {
        let own = self.accounts.own(who.id, ask.from_account_id).await?;
        let transfer = self.prepared(who, own, ask).await?;
        let (this, key) = (self.clone(), key.clone());
        let made = self
            .cx
            .db
            .tx(async move |c| this.write_sent(c, &transfer, &key).await)
            .await;
        match made {
            Err(Error::ProofWanted) => Ok(None),
            Ok(Made::Before(earlier)) => self.show(who, earlier).await.map(Some),
            Ok(Made::Now(sent)) => {
                kit::failpoint::reach("payments.authorised");
                self.settled(who, &sent).await.map(Some)
            }
            Err(error) => Err(error),
        }
    }

    /// The one transaction after which the bank is committed.
    async fn write_sent(&self, c: &mut Conn, t: &Transfer, key: &Key) -> Result<Made<Transfer>, Error> {
        let now = t.created_at;
        if let Some(earlier) = key.claim(c, &t.id, now).await? {
            return Ok(Made::Before(earlier));
        }
        let sum = self.permit(c, t, now).await?;
        self.unproved(c, t, sum).await?;
        let sent = self.sent(c, t, now).await?;
        store::insert(c, &self.seal(&sent)).await?;
        self.look_after(c, &sent, now).await?;
        self.note(c, t.customer, "transfer.at_once", t.id, "ok").await?;
        Ok(Made::Now(sent))
    }
}
