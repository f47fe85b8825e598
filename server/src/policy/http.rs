//! What policy says, for everybody.

use doorstep_shared::policy::{GetPolicy, PolicyOn};

use crate::{
    api::{Api, Call},
    auth::Anyone,
    error::Result,
};

/// Registers the endpoint.
pub fn register(api: &mut Api) {
    api.on(show);
}

async fn show(call: Call<Anyone>, asked: GetPolicy) -> Result<PolicyOn> {
    let policies = &call.app.policy;
    let date = asked.date.unwrap_or_else(|| call.now.local_date());
    Ok(PolicyOn { date, files: policies.files().to_vec(), figures: policies.figures_on(date) })
}
