DROP TABLE nursery_import_row;
DROP TABLE nursery_import;
