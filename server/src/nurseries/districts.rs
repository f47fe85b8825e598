//! The districts of the city, as every page of results needs them.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use doorstep_shared::nurseries::{DistrictOutline, Districts};

use super::store::{self, DistrictRow};
use crate::{
    db::Db,
    error::{Error, Result},
};

/// How long what was read is believed. Districts change when somebody imports some.
const BELIEVED: Duration = Duration::from_secs(1);

/// The districts as they were read a moment ago.
#[derive(Default)]
pub struct KnownDistricts(Mutex<Option<(Instant, Districts)>>);

impl KnownDistricts {
    /// # Errors
    /// When the database fails, or holds an outline that is none.
    pub async fn get(&self, db: &Db) -> Result<Districts> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((read_at, districts)) = known
            && read_at.elapsed() < BELIEVED
        {
            return Ok(districts);
        }
        let rows = db.read(|conn| Ok(store::districts(conn)?)).await?;
        let districts = Districts { items: rows.into_iter().map(outline_of).collect::<Result<_>>()? };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), districts.clone()));
        Ok(districts)
    }
}

fn outline_of(row: DistrictRow) -> Result<DistrictOutline> {
    let outline = serde_json::from_str(&row.outline);
    let outline = outline.map_err(|error| Error::internal(format!("the outline of {}: {error}", row.id)))?;
    let centre = [row.centre_lng, row.centre_lat];
    Ok(DistrictOutline { id: row.id, name: row.name, name_en: row.name_en, outline, centre })
}
