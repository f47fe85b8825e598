//! What an account's row says about how it is told.

use diesel::prelude::*;
use doorstep_shared::{
    ids::AccountId,
    messages::{ChangeChannels, Language},
};

use crate::db::{Conn, schema::account};

/// Language, and whether by text message.
pub fn find(conn: &mut Conn, id: AccountId) -> QueryResult<Option<(Language, bool)>> {
    account::table.find(id).select((account::language, account::by_sms)).first(conn).optional()
}

pub fn update(conn: &mut Conn, id: AccountId, change: ChangeChannels) -> QueryResult<()> {
    #[derive(AsChangeset)]
    #[diesel(table_name = account)]
    struct Changes {
        language: Option<Language>,
        by_sms: Option<bool>,
    }
    let changes = Changes { language: change.language, by_sms: change.sms };
    diesel::update(account::table.find(id)).set(changes).execute(conn).optional_empty_changeset()?;
    Ok(())
}
