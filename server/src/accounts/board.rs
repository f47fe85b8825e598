//! What the boards of nurseries need of the keys: sealing what they say of a child's health and of who collected it,
//! opening what its family told, and drawing what their doors show.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorstep_shared::{
    Timestamp,
    ids::{AccountId, ActionId, ChildId, FamilyId, NurseryId, PickUpPersonId},
};

use super::{
    children,
    families::photo,
    keys::{Keys, Purpose},
};
use crate::{db::Conn, error::Result};

/// Bytes of what a door shows.
const TOKEN: usize = 16;

/// Seals the details of actions, each for its own row.
#[derive(Clone)]
pub struct BoardSeal(pub(super) Arc<Keys>);

impl BoardSeal {
    fn place(nursery: NurseryId, action: ActionId) -> Vec<u8> {
        [b"board action ".as_slice(), nursery.0.as_bytes(), action.0.as_bytes()].concat()
    }

    /// # Errors
    /// When the system has no random bytes.
    pub fn seal(&self, nursery: NurseryId, action: ActionId, text: &str) -> Result<Vec<u8>> {
        self.0.seal(&Self::place(nursery, action), text)
    }

    /// # Errors
    /// When it was sealed with another key or for another row, or was changed.
    pub fn open(&self, nursery: NurseryId, action: ActionId, sealed: &[u8]) -> Result<String> {
        self.0.open_sealed(&Self::place(nursery, action), sealed)
    }
}

/// Opens what a family told of a child's health.
#[derive(Clone)]
pub struct ChildHealth(pub(super) Arc<Keys>);

impl ChildHealth {
    /// Allergies and notes; empty where there are none, or the record was erased.
    ///
    /// # Errors
    /// When the database fails, or what was sealed does not open.
    pub fn of(&self, conn: &mut Conn, child: ChildId) -> Result<(String, String)> {
        children::health_of(conn, &self.0, child)
    }
}

/// Draws what a nursery's door shows in one step of time, and knows it again. It is kept nowhere.
#[derive(Clone)]
pub struct DoorKey(pub(super) Arc<Keys>);

impl DoorKey {
    pub fn token(&self, nursery: NurseryId, step: i64) -> String {
        let hash = self.0.hash(Purpose::Door, &[nursery.0.as_bytes(), &step.to_be_bytes()]);
        URL_SAFE_NO_PAD.encode(hash.get(..TOKEN).unwrap_or_default())
    }

    pub fn is(&self, nursery: NurseryId, step: i64, token: &str) -> bool {
        let token = URL_SAFE_NO_PAD.decode(token).ok().and_then(|token| <[u8; TOKEN]>::try_from(token).ok());
        let parts: [&[u8]; 2] = [nursery.0.as_bytes(), &step.to_be_bytes()];
        token.is_some_and(|token| self.0.verify_first(Purpose::Door, &parts, &token))
    }
}

/// Opens photos of who picks up.
#[derive(Clone)]
pub struct CollectorPhotos(pub(super) Arc<Keys>);

impl CollectorPhotos {
    /// The photo of a person who picks up for a family. That it was looked at is noted.
    ///
    /// # Errors
    /// `not-found` when it is another family's, or there is none.
    pub fn open(
        &self,
        conn: &mut Conn,
        now: Timestamp,
        (by, family): (AccountId, FamilyId),
        id: PickUpPersonId,
    ) -> Result<Vec<u8>> {
        photo::opened(conn, now, &self.0, (by, family), id)
    }
}
