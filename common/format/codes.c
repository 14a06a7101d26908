// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The closed lists of codes with their labels: English, French, Portuguese, Arabic. The starter codebook is in
// codes_starter.c.
// A code, once released, is never reused or removed; labels may be bettered.
#include "common/format/codes.h"

#include "common/base/text.h"
#include "common/format/codes_starter.h"

#define ROW(code, parent, en, fr, pt, ar) { code, parent, { en, fr, pt, ar } },

// What became of a contribution; a public reason goes with each.
static const struct code_row dispositions[] = {
    ROW("accepted", NULL, "accepted", "accepté", "aceite", "مقبول")
    ROW("accepted-in-part", NULL, "accepted in part", "accepté en partie", "aceite em parte", "مقبول جزئياً")
    ROW("already-covered", NULL, "already covered", "déjà couvert", "já contemplado", "مُدرج سابقاً")
    ROW("noted", NULL, "noted", "pris en note", "registado", "أُخذ به علماً")
    ROW("deferred", NULL, "deferred", "reporté", "adiado", "مؤجل")
    ROW("referred", NULL, "referred", "transmis", "encaminhado", "مُحال")
    ROW("out-of-scope", NULL, "out of scope", "hors champ", "fora do âmbito", "خارج النطاق")
    ROW("not-accepted", NULL, "not accepted", "non retenu", "não acolhido", "غير مأخوذ به")
    ROW("not-published", NULL, "not published (protection)", "non publié (protection)", "não publicado (proteção)",
        "لم يُنشر لدواعي الحماية")
};

// The first five lead from what was said to a clause, the last three from clause to clause.
static const struct code_row relations[] = {
    ROW("originates", NULL, "gave rise to", "est à l'origine de", "deu origem a", "كان أصلاً لـ")
    ROW("supports", NULL, "supports", "appuie", "apoia", "يؤيد")
    ROW("modifies", NULL, "changes", "modifie", "modifica", "يعدّل")
    ROW("contradicts", NULL, "contradicts", "contredit", "contradiz", "يناقض")
    ROW("considered-not-used", NULL, "considered, not used", "examiné, non retenu", "considerado, não usado",
        "نُظر فيه ولم يُستخدم")
    ROW("answers", NULL, "answers", "répond à", "responde a", "يستجيب لـ")
    ROW("implements", NULL, "carries out", "met en œuvre", "executa", "ينفّذ")
    ROW("depends-on", NULL, "depends on", "dépend de", "depende de", "يعتمد على")
};

static const struct code_row clause_types[] = {
    ROW("principle", "policy", "principle", "principe", "princípio", "مبدأ")
    ROW("interest", "policy", "interest", "intérêt", "interesse", "مصلحة")
    ROW("value", "policy", "value", "valeur", "valor", "قيمة")
    ROW("threat", "policy", "threat", "menace", "ameaça", "تهديد")
    ROW("need", "policy", "need", "besoin", "necessidade", "حاجة")
    ROW("vision", "policy", "vision", "vision", "visão", "رؤية")
    ROW("objective", "policy", "objective", "objectif", "objetivo", "هدف")
    ROW("method", "strategy", "method", "méthode", "método", "منهج")
    ROW("priority", "strategy", "priority", "priorité", "prioridade", "أولوية")
    ROW("action", "plan", "action", "action", "ação", "إجراء")
    ROW("indicator", "plan", "indicator", "indicateur", "indicador", "مؤشر")
};

static const struct code_row session_types[] = {
    ROW("town-hall", NULL, "town hall", "réunion publique", "reunião pública", "لقاء عام")
    ROW("focus-group", NULL, "focus group", "groupe de discussion", "grupo focal", "مجموعة نقاش")
    ROW("key-informant", NULL, "key informant", "informateur clé", "informante-chave", "مصدر رئيسي")
    ROW("regional-conference", NULL, "regional conference", "conférence régionale", "conferência regional",
        "مؤتمر إقليمي")
    ROW("thematic", NULL, "thematic session", "session thématique", "sessão temática", "جلسة موضوعية")
    ROW("national-forum", NULL, "national forum", "forum national", "fórum nacional", "منتدى وطني")
    ROW("seminar", NULL, "seminar", "séminaire", "seminário", "ندوة")
    ROW("round-table", NULL, "round table", "table ronde", "mesa-redonda", "مائدة مستديرة")
    ROW("diaspora", NULL, "diaspora", "diaspora", "diáspora", "المهجر")
    ROW("submission-desk", NULL, "submission desk", "guichet de dépôt", "balcão de receção", "مكتب الاستلام")
    ROW("radio", NULL, "radio", "radio", "rádio", "إذاعة")
};

static const struct code_row channels[] = {
    ROW("oral-forum", NULL, "said in the forum", "dit au forum", "dito no fórum", "قيل في المنتدى")
    ROW("oral-private", NULL, "said in private", "dit en privé", "dito em privado", "قيل على انفراد")
    ROW("written", NULL, "written", "écrit", "escrito", "مكتوب")
    ROW("audio", NULL, "audio", "audio", "áudio", "صوتي")
    ROW("sms", NULL, "text message", "SMS", "SMS", "رسالة نصية")
    ROW("letter", NULL, "letter", "lettre", "carta", "رسالة")
    ROW("online", NULL, "online", "en ligne", "em linha", "عبر الإنترنت")
};

static const struct code_row statements[] = {
    ROW("threat", NULL, "threat", "menace", "ameaça", "تهديد")
    ROW("need", NULL, "need", "besoin", "necessidade", "حاجة")
    ROW("cause", NULL, "cause", "cause", "causa", "سبب")
    ROW("proposal", NULL, "proposal", "proposition", "proposta", "اقتراح")
    ROW("objection", NULL, "objection", "objection", "objeção", "اعتراض")
    ROW("experience", NULL, "experience", "expérience vécue", "experiência", "تجربة")
    ROW("question", NULL, "question", "question", "pergunta", "سؤال")
};

static const struct code_row scales[] = {
    ROW("individual", NULL, "one person", "une personne", "uma pessoa", "فرد")
    ROW("community", NULL, "the community", "la communauté", "a comunidade", "المجتمع المحلي")
    ROW("national", NULL, "the nation", "la nation", "a nação", "الوطن")
};

static const struct code_row supports[] = {
    ROW("unanimous", NULL, "everyone", "tous", "todos", "الجميع")
    ROW("most", NULL, "most", "la plupart", "a maioria", "الأغلبية")
    ROW("some", NULL, "some", "certains", "alguns", "البعض")
    ROW("single", NULL, "one voice", "une seule voix", "uma só voz", "صوت واحد")
    ROW("contested", NULL, "contested", "contesté", "contestado", "موضع خلاف")
};

static const struct code_row speakers[] = {
    ROW("individual", NULL, "one person", "une personne", "uma pessoa", "فرد")
    ROW("group-consensus", NULL, "a group, all agreed", "un groupe, unanime", "um grupo, por consenso",
        "مجموعة بالإجماع")
    ROW("group-majority", NULL, "a group, most agreed", "un groupe, à la majorité", "um grupo, por maioria",
        "مجموعة بالأغلبية")
    ROW("organisation", NULL, "an organisation", "une organisation", "uma organização", "منظمة")
    ROW("official", NULL, "an official position", "une position officielle", "uma posição oficial", "موقف رسمي")
};

static const struct code_row consent_bases[] = {
    ROW("oral-witnessed", NULL, "spoken, with a witness", "oral, devant témoin", "oral, com testemunha",
        "شفهي بحضور شاهد")
    ROW("written", NULL, "written", "écrit", "escrito", "مكتوب")
    ROW("thumbprint", NULL, "thumbprint", "empreinte du pouce", "impressão do polegar", "بصمة الإبهام")
    ROW("group-oral", NULL, "spoken by the group", "oral, en groupe", "oral, em grupo", "شفهي جماعي")
    ROW("public-speech", NULL, "said in public", "parole publique", "discurso público", "كلام علني")
};

static const struct code_row scopes[] = {
    ROW("record", NULL, "keep in the record", "conserver au registre", "guardar no registo", "الحفظ في السجل")
    ROW("analyse", NULL, "analyse", "analyser", "analisar", "التحليل")
    ROW("quote-anonymous", NULL, "quote without a name", "citer sans nom", "citar sem nome", "الاقتباس دون اسم")
    ROW("quote-attributed-group", NULL, "quote with the group", "citer avec le groupe", "citar com o grupo",
        "الاقتباس مع ذكر الفئة")
    ROW("publish-text", NULL, "publish the text", "publier le texte", "publicar o texto", "نشر النص")
    ROW("publish-audio", NULL, "publish the audio", "publier l'audio", "publicar o áudio", "نشر الصوت")
    ROW("share-with-parliament", NULL, "share with parliament", "transmettre au parlement",
        "partilhar com o parlamento", "المشاركة مع البرلمان")
    ROW("archive", NULL, "archive", "archiver", "arquivar", "الأرشفة")
    ROW("contact-back", NULL, "contact me again", "me recontacter", "voltar a contactar", "معاودة الاتصال")
};

static const struct code_row sensitivities[] = {
    ROW("open", NULL, "open", "ouvert", "aberto", "مفتوح")
    ROW("restricted", NULL, "restricted", "restreint", "restrito", "مقيّد")
    ROW("sealed", NULL, "sealed", "scellé", "selado", "مختوم")
};

static const struct code_row risks[] = {
    ROW("names-person", NULL, "names a person", "nomme une personne", "nomeia uma pessoa", "يذكر اسم شخص")
    ROW("names-unit", NULL, "names a unit", "nomme une unité", "nomeia uma unidade", "يذكر اسم وحدة")
    ROW("child", NULL, "about a child", "concerne un enfant", "sobre uma criança", "يتعلق بطفل")
    ROW("gender-based-violence", NULL, "gender-based violence", "violence basée sur le genre",
        "violência baseada no género", "عنف قائم على النوع الاجتماعي")
    ROW("crime-alleged", NULL, "alleges a crime", "allègue un crime", "alega um crime", "يدّعي وقوع جريمة")
    ROW("location-identifies", NULL, "the place identifies", "le lieu identifie", "o lugar identifica",
        "المكان يكشف الهوية")
};

static const struct code_row revoke_reasons[] = {
    ROW("retired", NULL, "no longer used", "n'est plus utilisée", "já não se usa", "لم يعد مستخدماً")
    ROW("compromised", NULL, "lost or in wrong hands", "perdue ou en de mauvaises mains", "perdida ou em mãos erradas",
        "مفقود أو في أيدٍ غير مأمونة")
};

static const struct code_row erase_reasons[] = {
    ROW("consent-withdrawn", NULL, "consent withdrawn", "consentement retiré", "consentimento retirado",
        "سُحبت الموافقة")
    ROW("safety", NULL, "someone's safety", "sécurité d'une personne", "segurança de uma pessoa", "سلامة شخص")
    ROW("names-person", NULL, "names a person", "nomme une personne", "nomeia uma pessoa", "يذكر اسم شخص")
    ROW("child", NULL, "about a child", "concerne un enfant", "sobre uma criança", "يتعلق بطفل")
    ROW("court-order", NULL, "order of a court", "décision de justice", "ordem judicial", "أمر قضائي")
    ROW("mistake", NULL, "recorded by mistake", "enregistré par erreur", "registado por engano", "سُجّل خطأً")
    ROW("expired", NULL, "time agreed is over", "délai convenu écoulé", "prazo acordado terminado",
        "انتهت المدة المتفق عليها")
};

static const struct code_row correct_reasons[] = {
    ROW("misheard", NULL, "misheard", "mal entendu", "mal ouvido", "سُمع خطأً")
    ROW("mistyped", NULL, "typed wrongly", "faute de frappe", "erro de escrita", "خطأ في الكتابة")
    ROW("mistranslated", NULL, "translated wrongly", "mal traduit", "mal traduzido", "تُرجم خطأً")
    ROW("incomplete", NULL, "something was left out", "incomplet", "incompleto", "غير مكتمل")
    ROW("wrong-speaker", NULL, "wrong speaker or group", "mauvais orateur ou groupe", "orador ou grupo errado",
        "المتحدث أو الفئة خطأ")
    ROW("wrong-context", NULL, "wrong theme, kind or place", "thème, type ou lieu erroné",
        "tema, tipo ou lugar errado", "الموضوع أو النوع أو المكان خطأ")
    ROW("wrong-consent", NULL, "consent noted wrongly", "consentement mal noté", "consentimento mal anotado",
        "سُجّلت الموافقة خطأً")
    ROW("speaker-asked", NULL, "the speaker asked for it", "à la demande de l'orateur", "a pedido do orador",
        "بطلب من المتحدث")
};

static const struct code_row open_reasons[] = {
    ROW("protection", NULL, "to protect someone", "pour protéger une personne", "para proteger alguém", "لحماية شخص")
    ROW("contact-back", NULL, "to contact the speaker again", "pour recontacter l'orateur",
        "para voltar a contactar o orador", "لمعاودة الاتصال بالمتحدث")
    ROW("check", NULL, "to check what was recorded", "pour vérifier ce qui a été noté",
        "para verificar o que foi registado", "للتحقق مما سُجّل")
    ROW("court-order", NULL, "order of a court", "décision de justice", "ordem judicial", "أمر قضائي")
};

static const struct code_row incidents[] = {
    ROW("lost-device", NULL, "lost or stolen device", "appareil perdu ou volé", "aparelho perdido ou roubado",
        "جهاز مفقود أو مسروق")
    ROW("coercion", NULL, "someone was put under pressure", "une personne a subi des pressions",
        "alguém foi pressionado", "تعرّض شخص للضغط")
    ROW("leak", NULL, "something became known", "une fuite", "uma fuga de informação", "تسرّب معلومات")
    ROW("false-list", NULL, "false list of participants", "fausse liste de participants",
        "lista falsa de participantes", "قائمة مشاركين مزوّرة")
    ROW("disrupted", NULL, "forum disrupted", "forum perturbé", "fórum perturbado", "تعطيل المنتدى")
    ROW("damaged", NULL, "lost by a damaged disk", "perdu par un disque endommagé", "perdido num disco danificado",
        "فُقد بسبب تلف القرص")
    ROW("other", NULL, "something else", "autre", "outro", "أمر آخر")
};

static const struct code_row attest_ways[] = {
    ROW("own-key", NULL, "signed by their own key", "signé par sa propre clé", "assinado com chave própria",
        "موقّع بمفتاحه الخاص")
    ROW("sheet", NULL, "signed on paper, photographed", "signé sur papier, photographié",
        "assinado em papel, fotografado", "موقّع على ورق، مع صورة")
};

static const struct code_row sexes[] = {
    ROW("female", NULL, "women", "femmes", "mulheres", "نساء")
    ROW("male", NULL, "men", "hommes", "homens", "رجال")
    ROW("other", NULL, "other", "autre", "outro", "آخر")
    ROW("refused", NULL, "would not say", "ne souhaite pas répondre", "não quis dizer", "لم يرغب في الإجابة")
    ROW("not-asked", NULL, "not asked", "non demandé", "não perguntado", "لم يُسأل")
};

static const struct code_row ages[] = {
    ROW("under-18", NULL, "under 18", "moins de 18 ans", "menos de 18 anos", "دون 18")
    ROW("18-35", NULL, "18 to 35", "18 à 35 ans", "18 a 35 anos", "من 18 إلى 35")
    ROW("36-59", NULL, "36 to 59", "36 à 59 ans", "36 a 59 anos", "من 36 إلى 59")
    ROW("60-over", NULL, "60 and over", "60 ans et plus", "60 anos ou mais", "60 فأكثر")
    ROW("refused", NULL, "would not say", "ne souhaite pas répondre", "não quis dizer", "لم يرغب في الإجابة")
    ROW("not-asked", NULL, "not asked", "non demandé", "não perguntado", "لم يُسأل")
};

static const struct code_row authorities[] = {
    ROW("none", NULL, "none", "aucune", "nenhuma", "لا أحد")
    ROW("civilian", NULL, "civilian authorities", "autorités civiles", "autoridades civis", "سلطات مدنية")
    ROW("police", NULL, "police", "police", "polícia", "الشرطة")
    ROW("army", NULL, "army", "armée", "exército", "الجيش")
    ROW("armed-group", NULL, "an armed group", "un groupe armé", "um grupo armado", "جماعة مسلحة")
};

static const struct code_row precisions[] = {
    ROW("place", NULL, "the place itself", "le lieu même", "o próprio lugar", "المكان نفسه")
    ROW("locality", NULL, "town or village only", "ville ou village seulement", "só a cidade ou aldeia",
        "المدينة أو القرية فقط")
    ROW("district", NULL, "district only", "district seulement", "só o distrito", "المقاطعة فقط")
    ROW("region", NULL, "region only", "région seulement", "só a região", "المنطقة فقط")
};

static const struct code_row phases[] = {
    ROW("assessment", NULL, "assessment of the context", "évaluation du contexte", "avaliação do contexto",
        "تقييم السياق")
    ROW("policy", NULL, "policy", "politique", "política", "السياسة")
    ROW("strategy", NULL, "strategy", "stratégie", "estratégia", "الاستراتيجية")
    ROW("plan", NULL, "plan", "plan", "plano", "الخطة")
    ROW("implementation", NULL, "implementation", "mise en œuvre", "implementação", "التنفيذ")
};

struct list {
    const char *name;
    const struct code_row *rows;
    size_t count;
};

#define LIST(name, rows) { name, rows, sizeof(rows) / sizeof((rows)[0]) }

static const struct list lists[] = {
    [CODES_DISPOSITION] = LIST("dispositions", dispositions),
    [CODES_RELATION] = LIST("relations", relations),
    [CODES_CLAUSE_TYPE] = LIST("clause-types", clause_types),
    [CODES_SESSION_TYPE] = LIST("session-types", session_types),
    [CODES_CHANNEL] = LIST("channels", channels),
    [CODES_STATEMENT] = LIST("statements", statements),
    [CODES_SCALE] = LIST("scales", scales),
    [CODES_SUPPORT] = LIST("support", supports),
    [CODES_SPEAKER] = LIST("speakers", speakers),
    [CODES_CONSENT_BASIS] = LIST("consent-bases", consent_bases),
    [CODES_SCOPE] = LIST("scopes", scopes),
    [CODES_SENSITIVITY] = LIST("sensitivities", sensitivities),
    [CODES_RISK] = LIST("risks", risks),
    [CODES_REVOKE_REASON] = LIST("revoke-reasons", revoke_reasons),
    [CODES_ERASE_REASON] = LIST("erase-reasons", erase_reasons),
    [CODES_CORRECT_REASON] = LIST("correction-reasons", correct_reasons),
    [CODES_OPEN_REASON] = LIST("opening-reasons", open_reasons),
    [CODES_INCIDENT] = LIST("incidents", incidents),
    [CODES_ATTEST_WAY] = LIST("attestation-ways", attest_ways),
    [CODES_SEX] = LIST("sexes", sexes),
    [CODES_AGE] = LIST("age-bands", ages),
    [CODES_AUTHORITY] = LIST("authorities", authorities),
    [CODES_PRECISION] = LIST("precisions", precisions),
    [CODES_PHASE] = LIST("phases", phases),
};

static_assert(sizeof lists / sizeof lists[0] == CODES_GROUP, "all lists but the starter codebook are here");

static struct list list_of(enum code_list list)
{
    struct list l = { NULL, NULL, 0 };
    CHECK(list < CODES_LIST_COUNT);
    if (list == CODES_GROUP) {
        l.name = "groups";
        l.rows = codes_starter_groups(&l.count);
    } else if (list == CODES_THEME) {
        l.name = "themes";
        l.rows = codes_starter_themes(&l.count);
    } else {
        l = lists[list];
    }
    return l;
}

const struct code_row *codes_list(enum code_list list, size_t *count)
{
    struct list l = list_of(list);
    *count = l.count;
    return l.rows;
}

const struct code_row *codes_find(enum code_list list, struct slice code)
{
    struct list l = list_of(list);
    for (size_t i = 0; i < l.count; i++) {
        if (slice_equal(slice_text(l.rows[i].code), code)) {
            return &l.rows[i];
        }
    }
    return NULL;
}

const char *codes_list_name(enum code_list list)
{
    return list_of(list).name;
}

enum language language_of(struct slice tag)
{
    static const char *const tags[LANG_COUNT] = { "en", "fr", "pt", "ar" };
    for (enum language l = LANG_EN; l < LANG_COUNT; l++) {
        struct slice after = { NULL, 0 };
        if (text_starts(tag, tags[l], &after) && (after.n == 0 || after.p[0] == '-' || after.p[0] == '_')) {
            return l;
        }
    }
    return LANG_EN;
}
