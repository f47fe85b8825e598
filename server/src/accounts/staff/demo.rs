//! What the authenticator apps of made-up staff show, for whoever tries a demonstration without one.

use std::sync::Arc;

use doorstep_shared::Timestamp;

use super::store;
use crate::{
    accounts::{credentials, keys::Keys},
    db::Conn,
    error::Result,
    outbox::AppCode,
};

#[derive(Clone)]
pub struct DemoCodes(pub(in crate::accounts) Arc<Keys>);

impl DemoCodes {
    /// The code by which each can sign in now; nothing for who must wait for the next.
    pub fn now(&self, conn: &mut Conn, now: Timestamp) -> Result<Vec<AppCode>> {
        let mut codes = Vec::new();
        for (recipient, name, account) in store::at_made_up_nurseries(conn)? {
            if let Some(code) = credentials::code_now(conn, now, &self.0, account)? {
                codes.push(AppCode { recipient, name, code });
            }
        }
        Ok(codes)
    }
}
