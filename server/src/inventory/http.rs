//! Search and availability, answered from memory.

use doorstep_shared::{
    nurseries::{Availability, GetAvailability},
    slots::{SearchSlots, SlotPage},
};

use super::{search, watch};
use crate::{
    api::{Api, Call},
    auth::Anyone,
    error::Result,
};

pub fn register(api: &mut Api) {
    api.on_written(search_slots, search_slots_json).on(get_availability);
    watch::register(api);
}

async fn search_slots(call: Call<Anyone>, request: SearchSlots) -> Result<SlotPage> {
    super::search_slots(&call.app.index, &request, call.now)
}

async fn search_slots_json(call: Call<Anyone>, request: SearchSlots) -> Result<Vec<u8>> {
    super::search_slots_json(&call.app.index, &request, call.now)
}

async fn get_availability(call: Call<Anyone>, request: GetAvailability) -> Result<Availability> {
    let city = call.app.index.read(call.now)?;
    Ok(search::availability::availability(&city, &request, call.now)?)
}
