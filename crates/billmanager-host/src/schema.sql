-- The tables that modules read, with the columns that public modules are known to use. Types are assumed where no module shows them.
CREATE TABLE itemtype (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  intname VARCHAR(64) NOT NULL UNIQUE
);
INSERT INTO itemtype (intname) VALUES ('certificate'), ('altname'), ('altname_wildcard'), ('domain');
CREATE TABLE department (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL
);
INSERT INTO department (name) VALUES ('Support');
CREATE TABLE project (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  billurl VARCHAR(255) NULL
);
INSERT INTO project (name, billurl) VALUES ('Provider', 'https://billing.example.org');
CREATE TABLE locale (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  langcode VARCHAR(8) NOT NULL
);
INSERT INTO locale (langcode) VALUES ('en'), ('ru');
CREATE TABLE account (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  project INT NOT NULL DEFAULT 1
);
INSERT INTO account (name) VALUES ('Client');
CREATE TABLE user (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account INT NOT NULL,
  email VARCHAR(255) NOT NULL,
  realname VARCHAR(255) NOT NULL,
  locale INT NOT NULL DEFAULT 1
);
INSERT INTO user (account, email, realname) VALUES (1, 'client@example.org', 'Client');
CREATE TABLE country (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  iso2 CHAR(2) NOT NULL UNIQUE,
  name VARCHAR(64) NOT NULL,
  name_ru VARCHAR(64) NOT NULL
);
INSERT INTO country (id, iso2, name, name_ru) VALUES
  (182, 'RU', 'Russia', 'Россия'), (81, 'DE', 'Germany', 'Германия'), (156, 'NL', 'Netherlands', 'Нидерланды'),
  (231, 'US', 'United States', 'США'), (113, 'KZ', 'Kazakhstan', 'Казахстан');
CREATE TABLE measure (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  intname VARCHAR(32) NOT NULL,
  relation DECIMAL(20, 4) NOT NULL DEFAULT 1,
  lessmeasure INT NULL
);
CREATE TABLE enumerationitem (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  intname VARCHAR(64) NOT NULL
);
CREATE TABLE tld (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(64) NOT NULL
);
CREATE TABLE nameserver (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  url VARCHAR(255) NOT NULL
);
CREATE TABLE ipmgr (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  url VARCHAR(255) NOT NULL
);
CREATE TABLE processingmodule (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  module VARCHAR(64) NOT NULL,
  active ENUM('off', 'on') NOT NULL DEFAULT 'on',
  orderpriority INT NOT NULL DEFAULT 0,
  department INT NULL,
  datacenter INT NULL,
  ipmgr INT NULL,
  config MEDIUMTEXT NULL
);
CREATE TABLE processingparam (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  processingmodule INT NOT NULL,
  intname VARCHAR(64) NOT NULL,
  value TEXT NULL,
  UNIQUE KEY one_value (processingmodule, intname)
);
CREATE TABLE processingcryptedparam (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  processingmodule INT NOT NULL,
  intname VARCHAR(64) NOT NULL,
  value TEXT NULL,
  UNIQUE KEY one_value (processingmodule, intname)
);
CREATE TABLE pricelist (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  intname VARCHAR(255) NOT NULL,
  itemtype INT NOT NULL,
  parent INT NULL,
  addontype INT NULL,
  billtype INT NULL,
  addonlimit INT NULL,
  addonmax INT NULL,
  addonmaxtrial INT NULL,
  addonbool ENUM('off', 'on') NULL,
  enumerationitem INT NULL,
  measure INT NULL,
  active ENUM('off', 'on') NOT NULL DEFAULT 'on',
  compound INT NULL,
  project INT NOT NULL DEFAULT 1
);
CREATE TABLE pricelistparam (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pricelist INT NOT NULL,
  intname VARCHAR(64) NOT NULL,
  value TEXT NULL,
  UNIQUE KEY one_value (pricelist, intname)
);
CREATE TABLE processingmodule2pricelist (
  processingmodule INT NOT NULL,
  pricelist INT NOT NULL,
  PRIMARY KEY (processingmodule, pricelist)
);
CREATE TABLE item (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NULL,
  remoteid VARCHAR(64) NULL,
  parent INT NULL,
  processingmodule INT NULL,
  pricelist INT NOT NULL,
  lastpricelist INT NULL,
  period INT NOT NULL,
  status INT NOT NULL,
  expiredate DATE NULL,
  opendate DATE NULL,
  account INT NOT NULL DEFAULT 1,
  cost DECIMAL(14, 4) NOT NULL DEFAULT 0,
  autosuspend ENUM('off', 'on') NOT NULL DEFAULT 'off',
  employeesuspend ENUM('off', 'on') NOT NULL DEFAULT 'off',
  abusesuspend ENUM('off', 'on') NOT NULL DEFAULT 'off',
  addonlimit INT NULL,
  addonmax INT NULL,
  addonmaxtrial INT NULL,
  intvalue INT NULL,
  boolvalue ENUM('off', 'on') NULL,
  enumerationitem INT NULL,
  KEY by_parent (parent)
);
CREATE TABLE itemparam (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  item INT NOT NULL,
  intname VARCHAR(64) NOT NULL,
  value MEDIUMTEXT NULL,
  UNIQUE KEY one_value (item, intname)
);
CREATE TABLE itemcryptedparam (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  item INT NOT NULL,
  intname VARCHAR(64) NOT NULL,
  value MEDIUMTEXT NULL,
  UNIQUE KEY one_value (item, intname)
);
CREATE TABLE certificate (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  item INT NOT NULL UNIQUE,
  pkey TEXT NULL,
  csr TEXT NULL,
  crt MEDIUMTEXT NULL
);
CREATE TABLE runningoperation (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  item INT NOT NULL,
  command VARCHAR(32) NOT NULL,
  intname VARCHAR(32) NOT NULL,
  trycount INT NOT NULL DEFAULT 0,
  manual ENUM('off', 'on') NOT NULL DEFAULT 'off',
  errorxml MEDIUMTEXT NULL,
  cdate DATETIME NOT NULL,
  KEY by_item (item)
);
CREATE TABLE task (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  type VARCHAR(64) NOT NULL,
  item INT NOT NULL,
  status INT NOT NULL DEFAULT 0,
  runningoperation INT NULL,
  department INT NULL,
  params MEDIUMTEXT NULL,
  opendate DATETIME NOT NULL
);
CREATE TABLE itemstat (
  item INT NOT NULL,
  statdate DATE NOT NULL,
  param VARCHAR(64) NOT NULL,
  value DECIMAL(20, 4) NOT NULL,
  measure INT NULL,
  PRIMARY KEY (item, statdate, param)
);
CREATE TABLE service_profile (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account INT NOT NULL DEFAULT 1,
  name VARCHAR(255) NOT NULL
);
CREATE TABLE service_profileparam (
  service_profile INT NOT NULL,
  intname VARCHAR(64) NOT NULL,
  value TEXT NULL,
  PRIMARY KEY (service_profile, intname)
);
CREATE TABLE service_profile2item (
  service_profile INT NOT NULL,
  item INT NOT NULL,
  type VARCHAR(32) NOT NULL,
  PRIMARY KEY (item, type)
);
CREATE TABLE service_profile2processingmodule (
  service_profile INT NOT NULL,
  processingmodule INT NOT NULL,
  type VARCHAR(32) NOT NULL,
  externalid VARCHAR(255) NULL,
  PRIMARY KEY (service_profile, processingmodule, type)
);
-- Seen by the administrator only; where BILLmanager keeps them is unknown, and no module reads them.
CREATE TABLE problem (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(64) NOT NULL,
  processingmodule INT NULL,
  level VARCHAR(16) NOT NULL,
  params MEDIUMTEXT NOT NULL,
  opendate DATETIME NOT NULL
);
CREATE TABLE processingbalance (
  processingmodule INT NOT NULL PRIMARY KEY,
  balance DECIMAL(14, 4) NOT NULL,
  currency VARCHAR(8) NULL,
  notify_time VARCHAR(32) NULL,
  cdate DATETIME NOT NULL
);
