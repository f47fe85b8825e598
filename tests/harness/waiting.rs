//! Families in line.

use doorstep_shared::{
    Problem,
    bookings::{AcceptPlace, GetWaitlistEntry, JoinWaitlist, LeaveWaitlist, ListWaitlist, WaitlistEntry},
    ids::WaitlistEntryId,
};

use crate::{family::Family, nursery::Offer};

impl Family {
    /// The first child, tomorrow: to be completed.
    pub fn wait(&self, offer: &Offer, span: &str) -> JoinWaitlist {
        let span: doorstep_shared::Span = span.parse().unwrap();
        JoinWaitlist {
            child_ids: vec![self.child().id],
            offer_id: offer.id,
            date: self.tomorrow(),
            from: span.from,
            to: span.to,
            auto_accept_until: None,
            leave_others: false,
        }
    }

    /// Waits with the first child for tomorrow, `"09:00-11:00"`.
    pub async fn wait_for(&self, offer: &Offer, span: &str) -> Result<WaitlistEntry, Problem> {
        self.call(&self.wait(offer, span)).await
    }

    pub async fn entry(&self, id: WaitlistEntryId) -> WaitlistEntry {
        self.call(&GetWaitlistEntry { id }).await.unwrap()
    }

    pub async fn entries(&self) -> Vec<WaitlistEntry> {
        self.call(&ListWaitlist {}).await.unwrap().items
    }

    pub async fn accept(&self, id: WaitlistEntryId) -> Result<WaitlistEntry, Problem> {
        self.call(&AcceptPlace { id, leave_others: false }).await
    }

    pub async fn leave(&self, id: WaitlistEntryId) -> Result<WaitlistEntry, Problem> {
        self.call(&LeaveWaitlist { id }).await
    }
}
