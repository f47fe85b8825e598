//! Months that were closed. Rows are only added.

diesel::table! {
    statement (id) {
        id -> Binary,
        nursery_id -> Binary,
        month -> Date,
        due_fen -> BigInt,
        closed_at -> Timestamp,
        account_id -> Binary,
    }
}

diesel::table! {
    statement_day (statement_id, booking_day_id) {
        statement_id -> Binary,
        booking_day_id -> Binary,
        child_id -> Binary,
        date -> Date,
        from_half_hour -> SmallInt,
        to_half_hour -> SmallInt,
        care -> Text,
        class_kind -> Text,
        state -> Text,
        by_nursery -> Bool,
        came_at -> Nullable<Timestamp>,
        collected_at -> Nullable<Timestamp>,
        unit_price_fen -> BigInt,
        late_unit_fen -> BigInt,
        care_fen -> BigInt,
        given_up_fen -> BigInt,
        late_pick_up_fen -> BigInt,
        before_fen -> Nullable<BigInt>,
    }
}

diesel::table! {
    statement_voucher (statement_id, voucher_id) {
        statement_id -> Binary,
        voucher_id -> Binary,
        child_id -> Binary,
        redeemed_at -> Timestamp,
        paid_fen -> BigInt,
    }
}

diesel::table! {
    statement_subsidy (statement_id, child_id) {
        statement_id -> Binary,
        child_id -> Binary,
        amount_fen -> BigInt,
        standing -> Text,
        source -> Text,
        source_en -> Text,
        article -> Nullable<Text>,
    }
}

diesel::joinable!(statement_day -> statement (statement_id));
diesel::joinable!(statement_voucher -> statement (statement_id));
diesel::joinable!(statement_subsidy -> statement (statement_id));
