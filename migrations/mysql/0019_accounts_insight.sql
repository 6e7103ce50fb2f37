-- Disputes 交易申诉 of one line of an account, the line attached as it was. Line and text are sealed.
create table accounts_dispute (
    id char(36) character set ascii collate ascii_bin not null primary key,
    receipt_no varchar(32) character set ascii collate ascii_bin not null,
    customer_id char(36) character set ascii collate ascii_bin not null,
    account_id char(36) character set ascii collate ascii_bin not null,
    entry_id varchar(80) character set ascii collate ascii_bin not null,
    reason varchar(32) character set ascii collate ascii_bin not null,
    amount bigint not null,
    line varchar(4096) character set ascii collate ascii_bin not null,
    text varchar(4096) character set ascii collate ascii_bin not null,
    state varchar(16) character set ascii collate ascii_bin not null,
    outcome varchar(32) character set ascii collate ascii_bin not null,
    answer varchar(4096) character set ascii collate ascii_bin not null,
    due_at bigint not null,
    opened_at bigint not null,
    answered_at bigint not null,
    unique key accounts_dispute_entry (account_id, entry_id),
    unique key accounts_dispute_receipt (receipt_no),
    key accounts_dispute_customer (customer_id, opened_at, id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Categories of the monthly summary 收支分类, as data.
create table accounts_category (
    code varchar(16) character set ascii collate ascii_bin not null primary key,
    name varchar(40) not null,
    position bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
insert into accounts_category (code, name, position) values
    ('salary', '工资奖金', 10),
    ('dining', '餐饮美食', 20),
    ('shopping', '购物消费', 30),
    ('transport', '交通出行', 40),
    ('home', '居家缴费', 50),
    ('health', '医疗健康', 60),
    ('leisure', '文娱教育', 70),
    ('transfer', '转账往来', 80),
    ('cash', '现金存取', 90),
    ('finance', '理财利息', 100),
    ('repay', '还款', 110),
    ('refund', '退款', 120),
    ('fee', '手续费', 130),
    ('other', '其他', 990);

-- Rules of the categories: the first that fits, by priority, decides. Empty fields fit everything.
create table accounts_rule (
    id bigint not null primary key,
    priority bigint not null,
    kind varchar(16) character set ascii collate ascii_bin not null,
    direction varchar(4) character set ascii collate ascii_bin not null,
    word varchar(40) not null,
    category varchar(16) character set ascii collate ascii_bin not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
insert into accounts_rule (id, priority, kind, direction, word, category) values
    (1, 10, '', 'in', '工资', 'salary'),
    (2, 10, '', 'in', '奖金', 'salary'),
    (3, 10, '', 'in', '薪', 'salary'),
    (4, 10, '', 'in', '养老金', 'salary'),
    (5, 20, 'refund', '', '', 'refund'),
    (6, 20, 'interest', '', '', 'finance'),
    (7, 20, 'fee', '', '', 'fee'),
    (8, 20, 'deposit', '', '', 'cash'),
    (9, 20, 'withdrawal', '', '', 'cash'),
    (10, 30, '', '', '还款', 'repay'),
    (11, 30, '', '', '信用卡', 'repay'),
    (12, 30, '', '', '房贷', 'repay'),
    (13, 40, '', '', '餐', 'dining'),
    (14, 40, '', '', '饭', 'dining'),
    (15, 40, '', '', '咖啡', 'dining'),
    (16, 40, '', '', '茶', 'dining'),
    (17, 40, '', '', '外卖', 'dining'),
    (18, 40, '', '', '食堂', 'dining'),
    (19, 40, '', '', '美团', 'dining'),
    (20, 40, '', '', '饿了么', 'dining'),
    (21, 40, '', '', '面包', 'dining'),
    (22, 40, '', '', '知味观', 'dining'),
    (23, 40, '', '', '麦当劳', 'dining'),
    (24, 40, '', '', '肯德基', 'dining'),
    (25, 50, '', '', '地铁', 'transport'),
    (26, 50, '', '', '公交', 'transport'),
    (27, 50, '', '', '滴滴', 'transport'),
    (28, 50, '', '', '出行', 'transport'),
    (29, 50, '', '', '加油', 'transport'),
    (30, 50, '', '', '石化', 'transport'),
    (31, 50, '', '', '石油', 'transport'),
    (32, 50, '', '', '铁路', 'transport'),
    (33, 50, '', '', '12306', 'transport'),
    (34, 50, '', '', '航空', 'transport'),
    (35, 50, '', '', '停车', 'transport'),
    (36, 60, '', '', '电费', 'home'),
    (37, 60, '', '', '水费', 'home'),
    (38, 60, '', '', '燃气', 'home'),
    (39, 60, '', '', '物业', 'home'),
    (40, 60, '', '', '房租', 'home'),
    (41, 60, '', '', '电力', 'home'),
    (42, 60, '', '', '水务', 'home'),
    (43, 60, '', '', '话费', 'home'),
    (44, 60, '', '', '中国移动', 'home'),
    (45, 60, '', '', '中国电信', 'home'),
    (46, 60, '', '', '中国联通', 'home'),
    (47, 60, '', '', '缴费', 'home'),
    (48, 70, '', '', '医院', 'health'),
    (49, 70, '', '', '药', 'health'),
    (50, 70, '', '', '诊所', 'health'),
    (51, 70, '', '', '体检', 'health'),
    (52, 80, '', '', '影院', 'leisure'),
    (53, 80, '', '', '影城', 'leisure'),
    (54, 80, '', '', '书店', 'leisure'),
    (55, 80, '', '', '学费', 'leisure'),
    (56, 80, '', '', '培训', 'leisure'),
    (57, 80, '', '', '健身', 'leisure'),
    (58, 80, '', '', '酒店', 'leisure'),
    (59, 90, '', '', '超市', 'shopping'),
    (60, 90, '', '', '商场', 'shopping'),
    (61, 90, '', '', '便利', 'shopping'),
    (62, 90, '', '', '淘宝', 'shopping'),
    (63, 90, '', '', '天猫', 'shopping'),
    (64, 90, '', '', '京东', 'shopping'),
    (65, 90, '', '', '拼多多', 'shopping'),
    (66, 90, '', '', '盒马', 'shopping'),
    (67, 900, 'payment', '', '', 'shopping'),
    (68, 900, 'transfer', '', '', 'transfer');

-- What a customer has decided: of one line, or of everything from one other side (found by blind index).
create table accounts_label (
    customer_id char(36) character set ascii collate ascii_bin not null,
    k char(32) character set ascii collate ascii_bin not null,
    category varchar(16) character set ascii collate ascii_bin not null,
    set_at bigint not null,
    primary key (customer_id, k)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;

-- Where the readers of the core's feed of changes stand; one node at a time, fenced.
create table accounts_feed (
    name varchar(40) character set ascii collate ascii_bin not null primary key,
    place varchar(200) character set ascii collate ascii_bin not null,
    fence bigint not null,
    lease_until bigint not null,
    read_at bigint not null,
    began_at bigint not null
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin;
