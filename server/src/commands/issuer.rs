//! `doorstep issuer`

use clap::{Args, Subcommand};
use doorstep_shared::{Timestamp, issuers::IssuerRole, phone::Phone};

use super::{open, staff::in_words};
use crate::{
    accounts::{NewOfficer, Officers},
    config::Config,
    error::Result,
};

#[derive(Clone, Debug, Subcommand)]
pub enum Issuer {
    /// Let somebody work for an office that gives vouchers out. Prints what they sign in with, once: hand it over. Who
    /// works at a nursery already signs in with what they have.
    LetIn(LetIn),
}

#[derive(Clone, Debug, Args)]
pub struct LetIn {
    /// Name of the office. An unknown one begins to be one.
    office: String,
    /// Mobile number that signs in.
    phone: Phone,
    /// As the office knows them.
    name: String,
    /// `manager` or `auditor`.
    #[arg(long, default_value_t = IssuerRole::Manager)]
    role: IssuerRole,
}

/// Lets them in; returns what they sign in with, in lines.
///
/// # Errors
/// When the number works for an issuer already, or a name is none.
pub fn issuer(config: &Config, wanted: &Issuer, now: Timestamp) -> Result<String> {
    let Issuer::LetIn(LetIn { office, phone, name, role }) = wanted.clone();
    let (db, officers) = (open(config)?, Officers::at(&config.data)?);
    let new = NewOfficer { issuer: office, phone, role, name };
    let let_in = db.write_blocking(move |conn| officers.let_in(conn, now, &new));
    Ok(match let_in.map_err(in_words)? {
        None => "they sign in with the password and the app that they have".to_owned(),
        Some(hand_over) => format!(
            "password: {}\nauthenticator app: {}\nrecovery codes: {}",
            hand_over.password,
            hand_over.app,
            hand_over.recovery_codes.join(" ")
        ),
    })
}
