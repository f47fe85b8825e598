ALTER TABLE booking_day DROP COLUMN late_cost_fen;
ALTER TABLE booking_day DROP COLUMN late_pick_up_fen;
ALTER TABLE offer DROP COLUMN late_pick_up_fen;
DROP TABLE ratio_breach;
DROP TABLE board_action;
