//! Puts what was read into the register: new nurseries, and those met again by their key.

use std::collections::HashMap;

use doorstep_shared::Timestamp;

use super::store;
use crate::{
    db::Conn,
    error::Result,
    nurseries::draft::{ClassDraft, NurseryDraft},
};

/// What has to be written.
#[derive(Default)]
pub struct Changes {
    pub create: Vec<NurseryDraft>,
    /// Those of the register, as they shall be.
    pub update: Vec<NurseryDraft>,
    pub unchanged: usize,
}

impl Changes {
    /// `known`: the register's nurseries of these drafts, by key.
    pub fn between(drafts: Vec<NurseryDraft>, known: &HashMap<String, NurseryDraft>) -> Self {
        let mut changes = Self::default();
        for draft in drafts {
            match draft.source_key.as_ref().and_then(|key| known.get(key)) {
                None => changes.create.push(draft),
                Some(old) => match merge(draft, old) {
                    new if new == *old => changes.unchanged += 1,
                    new => changes.update.push(new),
                },
            }
        }
        changes
    }

    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.update.is_empty()
    }
}

/// Brings nurseries of the register to what their source says. They may have changed since these drafts were made: a
/// nursery that has confirmed its classes meanwhile keeps them.
///
/// # Errors
/// When the database fails.
pub fn update(conn: &mut Conn, now: Timestamp, drafts: Vec<NurseryDraft>) -> Result<()> {
    let keys: Vec<_> = drafts.iter().filter_map(|draft| draft.source_key.clone()).collect();
    let known = store::drafts_by_key(conn, &keys)?;
    for new in Changes::between(drafts, &known).update {
        if let Some(old) = new.source_key.as_ref().and_then(|key| known.get(key)) {
            store::update_nursery(conn, now, old, &new)?;
        }
    }
    Ok(())
}

/// What the source says now, with the ids that the register knows.
///
/// Once the nursery has confirmed its classes and offers, the source has no say in them any more.
fn merge(mut new: NurseryDraft, old: &NurseryDraft) -> NurseryDraft {
    new.id = old.id;
    new.to_confirm = old.to_confirm;
    if !old.to_confirm {
        (new.classes, new.opening) = (old.classes.clone(), old.opening.clone());
        return new;
    }
    for class in &mut new.classes {
        let Some(known) = old.classes.iter().find(|known| same_class(known, class)) else { continue };
        class.id = known.id;
        for offer in &mut class.offers {
            if let Some(known) = known.offers.iter().find(|known| known.care == offer.care) {
                offer.id = known.id;
            }
        }
    }
    // The register returns them by id.
    new.classes.sort_by_key(|class| class.id);
    new.classes.iter_mut().for_each(|class| class.offers.sort_by_key(|offer| offer.id));
    new
}

fn same_class(one: &ClassDraft, other: &ClassDraft) -> bool {
    one.kind == other.kind && one.name == other.name
}
