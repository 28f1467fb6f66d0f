"""Forms of a word that are one word, by class: what is written in the one way is found by the other."""

import unicodedata
from collections.abc import Mapping

PAIRS: Mapping[str, str] = {
    "vietnamese i and y": """
        lý lí; kỹ kĩ; mỹ mĩ; Mỹ Mĩ; tỷ tỉ; sỹ sĩ; ký kí; hy hi; ly li;
        kỳ kì; lỵ lị; tỵ tị; quý quí; quỳ quì; quỹ quĩ; quỷ quỉ; hỷ hỉ;
        vỹ vĩ; mỵ mị; lỳ lì; sỹ_quan sĩ_quan; Ty Ti; KỶ KỈ;
        vật_lý vật_lí""",
    "vietnamese tone places": """
        hòa hoà; hóa hoá; họa hoạ; khỏe khoẻ; xòe xoè; lòe loè;
        thủy thuỷ; thúy thuý; lũy luỹ; ủy uỷ; hủy huỷ; túy tuý; tòa toà;
        dọa doạ; xóa xoá; khóa khoá; thỏa thoả; góa goá; hòe hoè;
        tụy tuỵ; suy_tụy suy_tuỵ; HÒA HOÀ; qúy quý; qủa quả""",
    "vietnamese without marks": """
        đường duong; nghĩa nghia; Đà_Nẵng da_nang; trưởng truong;
        bưởi buoi; nguyễn nguyen; quyết quyet; người nguoi;
        xã_hội xa_hoi; Đảng dang; ửng ung; ỷ y; ặ a; ễ e; ộ o; ự u;
        đẹp dep; Hồ_Chí_Minh ho_chi_minh; khuếch khuech; nhuyễn nhuyen;
        giữa giua""",
    "latin": """
        Łódź lodz; Škoda skoda; Müller muller; Straße strasse;
        STRASSE straße; Æsop aesop; œuvre oeuvre; Ørsted orsted;
        Þórr thorr; Eiður eidur; Ħal hal; ħobż hobz; İzmir izmir;
        ılık ilik; ñandú nandu; façade facade; naïve naive;
        Dvořák dvorak; Ŧ t; Ŋ n; Gəncə gence; ŝi si; Ḥasan hasan;
        ﬁn fin; ﬄ ffl; ĳs ijs; ǆ dž; ſ s""",
    "full and half width": """
        ＡＢＣ abc; ２０２６ 2026; ｶﾀｶﾅ カタカナ; ｶﾞ ガ; Ｆ１ f1; ｖｎ vn; ａ a; ９ 9;
        ﾊﾟ パ; Ｚ z; ｱ ア; ﾝ ン; ｳﾞ ヴ; ﾊﾋ ハヒ; １０ 10; ＮＡＳＡ nasa; ｘ x; ８ 8;
        ﾄﾞ ド; ﾁ チ""",
    "greek": """
        Αθήνα αθηνα; Ελλάδα ελλαδα; ΟΔΟΣ οδός; λόγος λογοσ; πόλη πολη;
        Ύδρα υδρα; Ήρα ηρα; ώρα ωρα; ϊ ι; ΐ ι; ΰ υ; Άρης αρης;
        έτος ετος; ίσως ισως; όχι οχι; ΚΥΡΙΑΚΟΣ Κυριάκος; μάιος μαιος;
        ά α; Θεσσαλονίκη θεσσαλονικη; Πειραιάς πειραιας; ἀρχή αρχη""",
    "cyrillic": """
        ёлка елка; Ёж еж; всё все; ещё еще; полёт полет; СЧЁТ счет;
        тёмный темныи; орёл орел; мёд мед; лён лен; её ее;
        Королёв королев; трёх трех; актёр актер; район раион;
        Україна украіна; їжак іжак; Йод иод; Ќ к; ѓ г; ў у""",
    "arabic": """
        أحمد احمد; إسلام اسلام; آسيا اسيا; ٱلله الله; مؤتمر موتمر;
        رئيس رييس; على علي; مدرسة مدرسه; مُحَمَّد محمد; كِتَاب كتاب;
        مـحـمـد محمد; علی علي; کتاب كتاب; القاهرة القاهره; سؤال سوال;
        شَمْس شمس; قرآن قران; جُمْهُورِيَّة جمهوريه; ﷲ الله; أمّة امه;
        ۲۰۲۶ 2026; ٣٤ 34""",
    "hebrew": """
        שָׁלוֹם שלום; יְרוּשָׁלַיִם ירושלים; תּוֹרָה תורה;
        בְּרֵאשִׁית בראשית; אֱלֹהִים אלהים; סֵפֶר ספר; מֶלֶךְ מלך;
        דָּוִד דוד; עִבְרִית עברית; יִשְׂרָאֵל ישראל; שַׁבָּת שבת;
        כֹּהֵן כהן; חֲנֻכָּה חנכה; צה״ל צהל; ארה״ב ארהב; שִׁיר שיר;
        לֶחֶם לחם; בַּיִת בית; אִישׁ איש; אוֹר אור; ג׳ינס גינס""",
    "nukta and nasals": """
        क़लम कलम; ख़बर खबर; ग़ज़ल गजल; ज़मीन जमीन; फ़िल्म फिल्म;
        सड़क सडक; पढ़ना पढना; बाज़ार बाजार; सफ़र सफर; अख़बार अखबार;
        चाँद चांद; हाँ हां; माँ मां; यहाँ यहां; गाँव गांव; ज़रूर जरूर;
        फ़ैसला फैसला; काफ़ी काफी; ताज़ा ताजा; लड़का लडका; ড় ড""",
    "thai and lao sara am": """
        น้ำ น้ํา; น้ำ นํ้า; คำ คํา; ทำ ทํา; จำ จํา; นำ นํา; ดำ ดํา;
        สำคัญ สํา_คัญ; กำลัง กํา_ลัง; ต่ำ ตํ่า; ต่ำ ต่ํา; ค้ำ คํ้า;
        ย้ำ ยํ้า; ถ้ำ ถํ้า; ช้ำ ชํ้า; ล้ำ ลํ้า; ง้ำ งํ้า; ขำ ขํา;
        ลำ ลํา; อำ อํา; ນ້ຳ ນໍ້າ; ຄຳ ຄໍາ""",
    "digits and numbers": """
        ٠ 0; ١٢ 12; ۵ 5; ०१ 01; ২০ 20; ๒๕๖๙ 2569; ໑ 1; ၂ 2; ០ 0; ௩ 3;
        ౪ 4; ೫ 5; ൬ 6; ༧ 7; 𝟖 8; ９ 9; m² m2; H₂O h2o; x³ x3; Ⅷ viii;
        ⅻ xii; CO₂ co2; ① 1; ⑳ 20""",
    "zero width and soft hyphens": """
        kinh\u00adtế kinhtế; Nam\u200bĐông NamĐông; a\u200db ab;
        a\u2060b ab; \ufeffHuế Huế; thông\u00adtin thôngtin;
        می\u200cخواهم میخواهم; co\u00adopera\u00adtion cooperation;
        क\u200dष कष; x\u200by xy; tin\u200c tin; \u2060a a; b\ufeff b;
        a\u034fb ab; m\u00ad² m2; e\u00admail email; đ\u200bô đô;
        न\u200cम नम; c\u200dd cd; ba\u00adn ban; \u061cا ا""",
    "emoji": """
        👍🏽 👍; 👍🏿 👍; ❤️ ❤; ☎️ ☎; ✌🏻 ✌; 1️⃣ 1; 👋🏼 👋; 🙏🏾 🙏; ⚽️ ⚽; ☀️ ☀;
        ✈️ ✈; ⭐️ ⭐; ⚡️ ⚡; ☔️ ☔; ✅️ ✅; ❌️ ❌; ⌚️ ⌚; 🇻🇳 🇻🇳; ♥️ ♥; 🏃🏽 🏃;
        🤝🏻 🤝""",
    "decomposed": "\n".join(
        f"{word} {unicodedata.normalize('NFD', word)};"
        for word in "Đảng đường Huế quyền nghĩa xã hội Škoda Müller ёлка район Αθήνα آسيا क़लम が 한국 ộ ự ỷ ẵ ấ".split()
    ),
}  # fmt: skip


def pairs_of(kind: str) -> list[tuple[str, str]]:
    """The pairs of one class; `_` stands for a space within a form."""
    pairs = [pair.split() for pair in PAIRS[kind].split(";") if pair.strip()]
    return [(one.replace("_", " "), other.replace("_", " ")) for one, other in pairs]
