//! Who gives vouchers out, what they give, and the money of it.

diesel::table! {
    issuer (id) {
        id -> Binary,
        name -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    issuer_member (account_id) {
        account_id -> Binary,
        issuer_id -> Binary,
        role -> Text,
        name -> Text,
        joined_at -> Timestamp,
    }
}

diesel::table! {
    campaign (id) {
        id -> Binary,
        issuer_id -> Binary,
        name -> Text,
        value_kind -> Text,
        worth_fen -> BigInt,
        percent -> Nullable<SmallInt>,
        per_family -> Nullable<SmallInt>,
        eligibility -> Text,
        usable -> Text,
        stacking_group -> Nullable<Text>,
        valid_from -> Date,
        valid_until -> Date,
        valid_days -> Nullable<SmallInt>,
        created_by -> Binary,
        created_at -> Timestamp,
        paused_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    campaign_wave (campaign_id, number) {
        campaign_id -> Binary,
        number -> SmallInt,
        opens_at -> Timestamp,
        closes_at -> Nullable<Timestamp>,
        stock -> Integer,
        issued -> Integer,
    }
}

diesel::table! {
    voucher (id) {
        id -> Binary,
        campaign_id -> Binary,
        wave -> SmallInt,
        child_id -> Binary,
        family_id -> Binary,
        state -> Text,
        worth_fen -> BigInt,
        used_fen -> BigInt,
        booking_id -> Nullable<Binary>,
        claimed_at -> Timestamp,
        expires_on -> Date,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    ledger_entry (id) {
        id -> Binary,
        campaign_id -> Binary,
        voucher_id -> Nullable<Binary>,
        kind -> Text,
        budget_fen -> BigInt,
        remaining_fen -> BigInt,
        claimed_fen -> BigInt,
        locked_fen -> BigInt,
        redeemed_fen -> BigInt,
        settled_fen -> BigInt,
        expired_fen -> BigInt,
        business_at -> Timestamp,
        recorded_at -> Timestamp,
        account_id -> Nullable<Binary>,
    }
}

diesel::joinable!(issuer_member -> issuer (issuer_id));
diesel::joinable!(campaign -> issuer (issuer_id));
diesel::joinable!(voucher -> campaign (campaign_id));
