DROP TABLE statement_subsidy;
DROP TABLE statement_voucher;
DROP TABLE statement_day;
DROP TABLE statement;
