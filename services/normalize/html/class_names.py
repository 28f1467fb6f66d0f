"""Words that class names and short lines of web pages use, in many languages: data for the rules beside it."""

import re


def _any(*words: str) -> str:
    return "|".join(words)


# Starts of words in class names; `(?<![a-z])` keeps "share" from matching in "timeshare".
STRONG_DEBRIS = re.compile(
    r"(?<![a-z])(?:"
    + _any(
        r"share(?!d|holder|point|able)",
        r"shar(?:ing|bar)",
        r"social(?!-?demo|-?media-?embed|-?embed)",
        r"sociable",
        r"related",
        r"recommend",
        r"newsletter",
        r"subscri(?!ber-?_*(?:only|content)|ption-?_*content)",
        r"(?<!match-)(?<!live-)(?<!ticker-)comments?(?![a-z]*(?:ary|ator))",
        r"disqus",
        r"breadcrumb",
        r"side-?bar(?![a-z]*content)",
        r"footer",
        r"cookie",
        r"consent",
        r"gdpr",
        r"dsgvo",
        r"rgpd",
        r"onetrust",
        r"usercentrics",
        r"didomi",
        r"tarteaucitron",
        r"klaro",
        r"borlabs",
        r"qc-cmp",
        r"iubenda",
        r"privacy-?(?:popup|settings|center|banner|modal|content|overlay)",
        r"advert",
        r"adsbygoogle",
        r"ad-?(?:slot|container|wrapper|unit|banner|label|box|block|space)",
        r"(?<!--)ads?[\s_-]",
        r"sponsor",
        r"outbrain",
        r"taboola",
        r"promo(?:tion|box|s)?(?![a-z])",
        r"popular",
        r"trending",
        r"most-?(?:read|viewed|popular|commented|shared)",
        r"read-?(?:more|also|next|on)(?![a-z]|[_-]+(?:content|text|body|wrap|target))",
        r"readmore(?![_-]*(?:content|text|body|wrap|target))",
        r"paywall-?_*(?:box|banner|prompt|offer|overlay|message|modal|promo|teaser|barrier|cta|info|hint|form|login)",
        r"toolbar",
        r"popup",
        r"modal",
        r"lightbox",
        r"author-?(?:bio|box|info|card|about|description|profile|details|block|section)",
        r"about-?(?:the-)?author",
        r"bio(?:graphy)?-?box",
        r"tag(?:s|list|cloud)(?![a-z])",
        r"tag-?list",
        r"post-?tags?",
        r"keywords?",
        r"pagination",
        r"pager(?![a-z])",
        r"paging",
        r"navigation",
        r"nav(?:bar|box|links?|-)",
        r"menu",
        r"subscribe",
        r"signup",
        r"sign-?up",
        r"login",
        r"jp-",
        r"yarpp",
        r"addthis",
        r"addtoany",
        r"sharedaddy",
        r"wpdiscuz",
        r"respond(?![a-z])",
        r"reply",
        r"shop(?:ping)?-?(?:widget|box)",
        r"poll(?![a-z])",
        r"rating",
        r"print-?(?:link|btn|button|only)",
        r"screen-?reader",
        r"sr-only",
        r"visually-?hidden",
        r"(?<=\s)hidden(?=\s)",
        r"skip-?link",
        r"copyright(?![a-z])",
        r"disclaimer",
        r"donat(?:e|ion)",
        r"feedback",
        r"more-?(?:from|on|articles?|stories|news|links)",
        r"further-?reading",
        r"see-?also",
        r"also-?(?:read|like)",
        r"you-?may",
        r"next-?(?:article|post|story)",
        r"prev(?:ious)?-?(?:article|post|next)",
        r"post-?nav",
        r"article-?(?:nav|footer|foot|tools|actions?|tags|share|social|related)",
        r"entry-?(?:footer|utility|tags)",
        r"read-?(?:time|progress)",
        r"whatsapp",
        r"facebook",
        r"twitter-?share",
        r"instagram-?(?:follow|share)",
        r"telegram-?(?:follow|share|box)",
        r"ticker",
        r"meistgelesen",
        r"weiterlesen",
        r"mehr-?zum-?thema",
        r"lire-?aussi",
        r"a-?lire",
        r"articoli-?correlati",
        r"correlati",
        r"relacionad",
        r"relacion",
        r"tin-?lien-?quan",
        r"lien-?quan",
        r"bai-?lien-?quan",
        r"doc-?nhieu",
        r"xem-?them",
        r"binh-?luan",
        r"tu-?khoa",
        r"notice",
        r"alert(?![a-z])",
        r"toast",
        r"(?:outdated|unsupported|old)-?browser",
        r"browser-?(?:update|upgrade|warning|notice)",
        r"e-?mail-?sign-?up",
        r"(?:reading|read)-?(?:time|duration)",
        r"lese-?(?:zeit|dauer)",
        r"tooltip-?(?:content|text)",
        r"popover",
        r"off-?canvas",
        r"line-?n(?:umber|o)s?(?![a-z])",
        r"link-?preview",
        r"vlp-",
        r"flyout",
        r"app-?stores?(?![a-z])",
        r"(?:post-?|comment-?)?likes?(?:-|\s)",
        r"(?:single-?)?post-?meta",
        r"entry-?meta",
        r"cite-?(?:wrapper|this|article)",
        r"citation-?(?:box|tool)",
        r"autor(?:en)?-?_?(?:box|info|bio|profil|kasten|teaser)",
        r"auteur-?_?(?:box|info|bio|profil)",
        r"en-?savoir-?plus",
        r"know-?more",
        r"learn-?more",
        r"banner",
        r"cta(?![a-z])",
        r"call-?to-?action",
    )
    + r")"
)
DEBRIS = re.compile(
    r"(?<![a-z])(?:"
    + _any(
        r"aside",
        r"no-?print",
        r"last-?(?:update|modified)",
        r"widget",
        r"teaser",
        r"promo",
        r"links?(?![a-z])",
        r"list-?(?:of|box)",
        r"info-?box",
        r"box-?out",
        r"meta(?![a-z])",
        r"by-?line",
        r"author",
        r"date(?:line)?(?![a-z])",
        r"tag(?![a-z])",
        r"tools?(?![a-z])",
        r"categor",
        r"social-?demo",
        r"embed",
        r"tweet",
        r"timeline",
        r"carousel",
        r"gallery",
        r"player",
        r"video",
        r"top-?bar",
        r"logo",
        r"search",
        r"sticky",
        r"recirc",
        r"inline-?(?:article|link|related)",
        r"insert",
        r"pub(?![a-z])",
        r"ads?(?![a-z])",
        r"dfp",
        r"gpt",
        r"anzeige",
        r"werbung",
        r"source(?![a-z])",
        r"credits?(?![a-z])",
        r"caption",
        r"legal",
        r"form(?![a-z])",
        r"survey",
        r"quiz",
        r"button",
        r"btn",
        r"icon",
        r"signature",
        r"bottom",
        r"secondary",
        r"extra",
        r"addon",
        r"supplement",
        r"topics?(?![a-z])",
        r"theme(?:n|s)(?![a-z])",
        r"hide",
        r"product",
        r"buy",
        r"price",
        r"affiliate",
        r"event(?:s|-)",
        r"community",
        r"follow",
        r"app-?(?:store|download)",
        r"kicker",
        r"prev(?![a-z])",
        r"next(?![a-z])",
        r"rubrik",
        r"ressort",
        r"section-?(?:name|label|title)",
        r"subtitle",
        r"hint",
        r"message",
        r"overlay",
        r"footnote",
    )
    + r")"
)
# Debris that may well be longer than the article: it stays debris, however much of the page's prose it holds.
LONG_DEBRIS = re.compile(
    r"cookie|consent|gdpr|dsgvo|rgpd|onetrust|usercentrics|didomi|borlabs|iubenda|privacy-?(?:popup|settings|content)|"
    r"(?<![a-z])comments?(?![a-z]*(?:ary|ator))|disqus|binh-?luan|modal|popup"
)
# What a name says a box has or lacks, not what it is: `has-sidebar`, `layout--with-newsletter`, `no-comments`.
WITH_OTHERS = re.compile(r"(?<=[\s_-])(?:has|with|without|no|not)-[\w-]+")
SUBJECTS = re.compile(r"(?<=\s)(?:category|tag|post_tag|topic|series)-\S+")
# Names that teasers and menus share with boxes of the article, such as questions that open their answers.
WEAK_DEBRIS = re.compile(r"(?<![a-z])(?:collapse|card(?![a-z])|expand|slide|header(?![a-z]))")
PROSE = re.compile(
    r"article-?_?(?:body|text|content|main|inner|detail|copy|paragraph)|(?:entry|post|story|news|blog|"
    r"page|main|content|detail|single|text)-?_?(?:body|content|text|detail|copy|inner)"
    r"|articlebody|bodytext|body-?copy|rich-?text|richtext|wysiwyg|field-name-body|field--name-body|"
    r"td-post-content|itemfulltext|article__body|cms-content"
    r"|fck_detail|content-?detail|detail-?content|cuerpo|corps|contenu-?article|texte|noi-?dung|"
    r"artikel-?(?:text|inhalt|body)|nota-?(?:cuerpo|body)|testo"
)
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Parts of a line that its readers do not see: words for screen readers, what opens when a word is pointed at.
UNSEEN_NAMES = re.compile(
    r"(?<![a-z-])(?:sr-?only|screen-?reader(?:-?text|-?only)?|visually-?hidden|visuallyhidden|a11y-?(?:hidden|text)|"
    r"offscreen|assistive-?text|(?:tooltip|popover|hover-?card|rollover[a-z-]*)-?_*(?:text|content|inner|body|box|block))"
    r"(?![a-z])(?!-focusable-only)"
)
CAPTION_NAMES = re.compile(
    r"caption|bild[-_]{0,2}(?:unterschrift|text|info|titel|legende)|(?<![a-z])legend(?!ary)|leyenda|"
    r"pie-?_?(?:de-?_?)?foto|didascali|(?:img|image|media(?!-text)|photo|picture|figure|foto)[-_]{0,2}(?:info|"
    r"text|desc|legend|title|details)"
    r"|infotext|cutline|chu-?thich|onderschrift|bijschrift|billedtekst|bildetekst|undertext"
)
BYLINE_NAMES = re.compile(
    r"(?<![a-z])(?:by-?line|author|autor|auteur|writer|avatar|reporter|redakteur|journalist|contributor|tac-?gia)"
)
DATELINE_NAMES = re.compile(
    r"location-?_?stamp|(?<![a-z])date-?line(?![a-z])|(?<![a-z])(?:article|story|post)?[_-]*location(?![a-z])"
)
DATE_NAMES = re.compile(r"(?<![a-z])(?:date|datum|time|published|publi(?:e|ca))")
# Boxes whose pictures are not the article's.
PICTURE_DEBRIS = re.compile(
    r"(?<![a-z])(?:related|recommend|newsletter|comments?(?![a-z])|footer|side-?bar(?![a-z]*content)|"
    r"teaser-?(?:list|grid|item)|most-?(?:read|popular|viewed)|popular|trending|(?<!story-)promo|outbrain|taboola"
    r"|advert|sponsor|author-?(?:bio|box|info|image|photo|avatar|picture|card)|avatar|byline|"
    r"nav(?:igation|bar)?(?![a-z])|menu|breadcrumb|share(?!able|d)|social|logo|also-?(?:read|like)|"
    r"read-?(?:more|next|also)|more-?(?:from|on|stories|articles)"
    r"|relacionad|correlat|lien-?quan|tin-?lien|recirc|up-?next|latest-stor)"
)
LEAD_NAMES = re.compile(
    r"(?<![a-z])(?:lead|intro|summary|stand-?first|sapo|chapo|chapeau|excerpt|entradilla|subtitle|"
    r"sub-?head|sub-?title|sub-?headline|deck|dek(?![a-z])|description|abstract|vorspann|anreisser|"
    r"anleser|teaser|preamble|ingress|manchet|sommario|occhiello|bajada|copete|perex|zajawka|"
    r"short-?desc|synopsis|kicker-?text|lede|mota|gancho|linha-?fina)"
)
DEBRIS_LINE = re.compile(
    r"^\W*(?:advert(?:isement|ising|orial)?|anzeige|werbung|reklam(?:e|lar)?|publicit[éeà]|"
    r"publicidad(?:e)?|pubblicità|advertentie|annonse|annonce|\[?pr\]?|ad|sponsored(?: content)?|"
    r"gesponsert|"
    r"up next|read more|read next|read also|also read|read full article|see also|see more|more "
    r"(?:about|on this|from .{0,30}|stories|news|like this)|related(?: (?:articles?|stories|news|"
    r"topics?|content|posts?|links?|coverage|videos?))?|recommended(?: .{0,30})?|trending(?: "
    r".{0,20})?|most (?:read|popular|viewed)|popular(?: (?:posts|articles|stories))?|"
    r"don'?t miss|top (?:video|stories|news)s?|current issue|watch(?: now| next| live)?|listen(?: "
    r"now)?|share(?: this)?(?: (?:article|story|post|page|on .{0,20}))?|tweet|print(?: this)?|"
    r"e-?mail(?: this)?|comments?(?: \(?\d+\)?)?|\d+ comments?|leave a (?:reply|comment)|"
    r"subscribe(?: now| today)?|sign up(?: now| here)?|sign in|log ?in|follow(?: us)?(?: on .{0,30})?|"
    r"advertisement\W.*|story continues below.*|continue reading.*|loading.*|next|previous|back(?: to "
    r"top)?|close|menu|search|topics?|tags?|keywords?|categor(?:y|ies)|copy link|link copied.*|copied|"
    r"save|bookmark|"
    r"lesen sie (?:auch|hier|mehr|dazu).{0,40}|lest auch.*|mehr (?:zum thema|dazu|lesen|aus .{0,30}|"
    r"zu .{0,30})|auch interessant|das könnte (?:sie|dich|euch) (?:auch )?interessieren.{0,10}|das "
    r"thema könnte dich.*|weiterlesen|weitere (?:artikel|themen|infos?|informationen|meldungen|"
    r"nachrichten|beiträge|links?)(?: .{0,40})?|weiterführende.{0,30}|passend dazu|zum thema|themen|"
    r"schlagw[oö]rte?r?|"
    r"teilen|merken|drucken|kommentare?(?: lesen)?|\d+ kommentare?|kommentieren|zur startseite.*|zum "
    r"seitenanfang|nach oben|newsletter.{0,30}|jetzt (?:abonnieren|anmelden|lesen|testen).{0,40}|"
    r"empfohlene(?:r)? .{0,30}|empfehlungen.{0,30}|quellen?(?:angaben)?:?|auf dieser seite:?|"
    r"inhalt(?:sverzeichnis)?:?|artikeltyp:.*|ressort:.*|externen inhalt anzeigen|"
    r"à lire (?:aussi|également).*|lire (?:aussi|la suite|plus|également).*|voir aussi.*|sur le même "
    r"sujet|partager.{0,30}|commentaires?.{0,10}|ajouter à vos sélections|mots[- ]clés.{0,5}|les plus "
    r"lus|newsletters?|"
    r"leer también.*|lea también.*|te puede interesar.*|noticias? relacionadas?.{0,10}|más "
    r"(?:noticias|información|sobre .{0,30})|compartir.{0,20}|comentarios?.{0,10}|etiquetas.{0,5}|lo "
    r"más (?:leído|visto)|leia (?:também|mais).*|veja (?:também|mais).*|saiba mais.*|"
    r"compartilh.{0,20}|"
    r"leggi anche.*|ti potrebbe interessare.*|condividi.{0,20}|potrebbe interessarti.*|articoli "
    r"correlati|lees (?:ook|meer|verder).*|meer (?:over|nieuws|lezen).{0,30}|delen|les (?:også|mer|"
    r"flere).*|læs (?:også|mere).*|läs (?:också|mer|även).*|del|lue (?:myös|lisää).*|czytaj (?:też|"
    r"także|również|więcej).*|zobacz (?:też|także|również|więcej).*|"
    r"čtěte (?:také|též|více).*|olvasd el.*|kapcsolódó .{0,20}|ilgili haberler?|читайте (?:также|ещё|"
    r"еще).*|читати також.*|читайте також.*|поделиться.{0,20}|tin liên quan|bài liên quan|xem thêm.*|"
    r"đọc thêm.*|có thể bạn quan tâm.*|chia sẻ.{0,20}|từ khóa.*|bình luận.{0,15}|gửi bình luận|"
    r"tags?\s?:.*|đọc nhiều.{0,20}|"
    r"関連記事.{0,10}|おすすめ.{0,10}|あわせて読みたい.*|広告|続きを読む|シェア|相关阅读.{0,5}|相关新闻.{0,5}|责任编辑.*|分享到?.{0,5}|"
    r"관련기사.{0,5}|기사제보.*|광고)\W*$",
    re.IGNORECASE,
)
DEBRIS_START = re.compile(
    r"^\W*(?:(?:read|see|watch|listen|also read|read also|read more|read next|more|related|"
    r"recommended|don't miss|in case you missed it)(?: (?:more|also|next|on|here|now|it "
    r"here))?\s*(?:[:|►▶»>]|\s[-–—]\s)|"
    r"lesen sie (?:auch|hier|mehr|dazu|hierzu)|mehr (?:zum thema|dazu)\s*:|lire (?:aussi|également)\b|"
    r"à lire (?:aussi|également)\b|lea también|leer también|te puede interesar|leia (?:também|mais)|"
    r"veja também|leggi anche|lees ook|les også|læs også|läs också|läs även|lue myös|czytaj (?:też|"
    r"także|również)|"
    r"zobacz (?:też|także|również)|čtěte také|читайте также|читайте також|xem thêm|đọc thêm|mời "
    r"(?:quý )?(?:bạn|độc giả)|>>|▶|►|follow (?:us|him|her|them|@?\w+) on (?:twitter|facebook|"
    r"instagram)|like us on facebook|sign up (?:for|to|here)|subscribe (?:to|now|here)|get (?:our|the "
    r"latest|access|breaking)\b.{0,80}(?:newsletter|inbox|email|alerts)|"
    r"click here (?:to|for)|download (?:the|our)|join (?:us|our)|support (?:us|our)|have (?:a|you got "
    r"a) (?:tip|story)|if you (?:enjoyed|liked|like) (?:this|reading)|all rights reserved|copyright|©|"
    r"this (?:article|story|post) (?:was |has been )?(?:originally|first) (?:published|appeared)|"
    r"first published|"
    r"do you want to be informed|ihr browser ist veraltet|sie sind (?:aktuell )?nicht eingeloggt|sie "
    r"müssen sich einloggen|an dieser stelle finden sie|empfohlener redaktioneller inhalt|ich bin "
    r"damit einverstanden|alle angaben ohne gewähr|für diesen artikel|jetzt abonnieren|dieser artikel "
    r"(?:erschien|ist erschienen|ist zuerst)|il vous reste|"
    r"cet article est (?:réservé|réservé aux)|identifiez-vous|your browser does not|javascript|please "
    r"enable|you must be logged|we use cookies|posted (?:in|on)\b|filed under|tagged (?:with|as)|"
    r"categories\s*:|tags\s*:|schlagwörter\s*:|kategorien?\s*:|\(?noch keine bewertungen)",
    re.IGNORECASE,
)
CREDIT_NAMES = re.compile(r"(?<![a-z])(?:credits?|copyright|photographer|(?:image|photo)-?(?:source|by))(?![a-z])")
NOTE_NAMES = re.compile(r"(?<![a-z])(?:foot|end)-?notes?(?![a-z])")
CODE_NAMES = re.compile(r"(?<![a-z])(?:code|codehilite|highlight|sourcecode|syntax[a-z]*|language-\w+|brush)(?![a-z])")
GUTTER_NAMES = re.compile(r"(?<![a-z])(?:gutter|line-?nos?|line-?numbers?|rouge-gutter)(?![a-z])")
