"""How columns are called, in Japanese and English; the first word is the usual one."""

NUMBER = (
    "品番", "部品番号", "部番", "純正品番", "純正部品番号", "商品番号", "商品コード",
    "パーツNo", "パーツ番号", "パーツナンバー", "Part No", "Part Number", "P/N", "PN",
    "Part #", "Item No", "Item Number", "Number", "OEM", "OEM Number", "番号",
)  # fmt: skip
CODE = (
    "コード",
    "部品コード",
    "社内コード",
    "管理コード",
    "Part Code",
    "Our Code",
    "SKU",
)
PART = (*NUMBER, "部品", "Part", "Item", *CODE)
NAME_JA = (
    "品名", "部品名", "部品名称", "名称", "商品名", "品名(日本語)", "和名", "日本語名",
    "Name (Japanese)", "Japanese Name", "Name JA",
)  # fmt: skip
NAME_EN = (
    "英語名", "英名", "品名(英語)", "Name", "Part Name", "Description",
    "Name (English)", "English Name", "Name EN", "Item Name",
)  # fmt: skip
KANA = ("カナ", "フリガナ", "ふりがな", "読み", "よみ", "ヨミガナ", "Kana", "Reading")
CATEGORY = ("分類", "カテゴリ", "カテゴリー", "区分", "Category", "Group")
GENERATIONS = ("型式", "適合型式", "世代", "車種", "Generation", "Models")
GRADE = ("等級", "グレード", "部品区分", "純正区分", "Quality")
LIFE = (
    "状態", "供給状況", "供給状態", "生産状況", "製廃", "廃番", "Life State", "Status",
    "Supply Status", "Availability", "Lifecycle",
)  # fmt: skip
STATUS_TEXT = ("供給備考", "状態備考", "Status Text", "Status Note")
UNIT = ("単位", "数量単位", "UoM", "Unit of Measure")
HS_CODE = ("HSコード", "HS", "税番", "統計品目番号", "関税番号", "Tariff Code", "HTS")
ORIGIN = ("原産国", "原産地", "生産国", "製造国", "Origin", "Country of Origin", "COO")
WEIGHT = ("重量", "重さ", "質量", "重量(g)", "Weight", "Weight g", "Grams")
WEIGHT_KG = ("重量(kg)", "質量(kg)", "Weight kg", "Weight (kg)", "Kilograms")
UN = ("国連番号", "UN番号", "UN", "UN No", "UN Number")
HAZARD = (
    "危険物クラス",
    "危険物等級",
    "クラス",
    "Hazard Class",
    "DG Class",
    "IMO Class",
)
PACKING = ("容器等級", "包装等級", "PG", "Packing Group")
CORE = ("コア代", "コア料金", "コアチャージ", "下取り保証金", "Core", "Core Deposit")
NOTES = ("備考", "摘要", "メモ", "注記", "Remarks", "Note", "Comment")
PRICE = (
    "単価", "価格", "仕入価格", "仕入単価", "仕入値", "卸値", "原価", "金額", "Price",
    "Unit Price", "Cost", "Net Price", "税抜価格", "本体価格",
)  # fmt: skip
LIST_PRICE = (
    "定価", "販売価格", "売価", "希望小売価格", "標準価格", "上代", "List Price",
    "Retail Price", "Our Price", "Selling Price", "RRP", "MSRP", "price_jpy", *PRICE,
)  # fmt: skip
CURRENCY = ("通貨", "貨幣", "通貨コード", "Currency Code", "CCY")
LEAD = (
    "リードタイム", "納期", "納期日数", "調達日数", "納期(日)", "Lead Time",
    "Lead Days", "Delivery Days", "Lead Time (days)",
)  # fmt: skip
MINIMUM = (
    "最小発注数", "最低発注数量", "最小ロット", "最低数量", "発注ロット", "MOQ",
    "Min Qty", "Minimum", "Minimum Order Quantity",
)  # fmt: skip
BREAKS = (
    "数量別価格",
    "数量割引",
    "段階価格",
    "Price Breaks",
    "Breaks",
    "Volume Prices",
)
SEEN_ON = ("確認日", "見積日", "価格確認日", "適用日", "Seen On", "Quoted On", "As of")
WITHDRAWN = ("取扱終了", "販売終了", "掲載終了", "終了", "Withdrawn", "Discontinued")
SUPPLIER = (
    "仕入先", "仕入先コード", "仕入れ先", "取引先", "発注先", "メーカー", "Supplier",
    "Supplier Code", "Vendor", "Seller",
)  # fmt: skip
SITE = ("拠点", "店舗", "倉庫", "事業所", "工場", "Site", "Warehouse", "Location")
BIN = (
    "棚番",
    "棚",
    "保管場所",
    "ロケーション",
    "置場",
    "置き場",
    "Bin",
    "Shelf",
    "Bin Code",
)
LOT = ("ロット", "ロット番号", "Lot", "Lot No", "Batch")
COUNTED = (
    "実数", "実在庫", "実棚数", "棚卸数", "棚卸数量", "在庫数", "現品数", "数量", "数",
    "Counted", "Count", "Quantity", "Qty", "On Hand", "Stock",
)  # fmt: skip
ORDER = ("発注番号", "注文番号", "注文書番号", "発注書番号", "PO", "PO No", "Order No",
         "Order Number", "Purchase Order", "Number")  # fmt: skip
QUANTITY = (
    "数量",
    "発注数",
    "発注数量",
    "注文数",
    "個数",
    "Quantity",
    "Qty",
    "Ordered",
)
DUE = ("納期", "納入日", "納入予定日", "入荷予定日", "希望納期", "納品日", "Due",
       "Due Date", "Due On", "ETA", "Delivery Date")  # fmt: skip
DUE_DAYS = ("納期日数", "リードタイム", "Due In Days", "Lead Time", "Lead Days")
