//! What was done at the boards of nurseries.

diesel::table! {
    board_action (nursery_id, id) {
        nursery_id -> Binary,
        id -> Binary,
        date -> Date,
        kind -> Text,
        booking_day_id -> Nullable<Binary>,
        carer_id -> Nullable<Binary>,
        class_id -> Nullable<Binary>,
        undoes -> Nullable<Binary>,
        detail_sealed -> Nullable<Binary>,
        account_id -> Nullable<Binary>,
        device_at -> Timestamp,
        at -> Timestamp,
        received_at -> Timestamp,
    }
}

diesel::table! {
    ratio_breach (class_id, from_at) {
        class_id -> Binary,
        from_at -> Timestamp,
        until_at -> Nullable<Timestamp>,
        nursery_id -> Binary,
        date -> Date,
        children -> SmallInt,
        carers -> SmallInt,
        most -> SmallInt,
    }
}
