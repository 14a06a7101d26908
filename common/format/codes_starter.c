// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Groups and themes of the starter codebook: English, French, Portuguese, Arabic.
// It is data. A parent stands before its children.
#include "common/format/codes_starter.h"

#define ROW(code, parent, en, fr, pt, ar) { code, parent, { en, fr, pt, ar } },

static const struct code_row groups[] = {
    ROW("community", NULL, "community member", "membre de la communauté", "membro da comunidade", "فرد من المجتمع")
    ROW("women", NULL, "women's group", "groupe de femmes", "grupo de mulheres", "مجموعة نسائية")
    ROW("youth", NULL, "youth", "jeunes", "jovens", "الشباب")
    ROW("elders", NULL, "elders", "anciens", "anciãos", "كبار السن")
    ROW("children", NULL, "children (through a child-rights body)", "enfants (par un organisme de protection)",
        "crianças (através de organismo próprio)", "الأطفال (عبر هيئة مختصة)")
    ROW("traditional", NULL, "traditional authority", "autorité traditionnelle", "autoridade tradicional",
        "سلطة تقليدية")
    ROW("religious", NULL, "religious leaders", "chefs religieux", "líderes religiosos", "قيادات دينية")
    ROW("civil-society", NULL, "civil society", "société civile", "sociedade civil", "المجتمع المدني")
    ROW("media", NULL, "media", "médias", "comunicação social", "الإعلام")
    ROW("academia", NULL, "academia", "universitaires", "académicos", "الأكاديميون")
    ROW("business", NULL, "business and traders", "entreprises et commerçants", "empresas e comerciantes",
        "الأعمال والتجار")
    ROW("miners", NULL, "miners", "mineurs (exploitation minière)", "mineiros", "عمال المناجم")
    ROW("farmers", NULL, "farmers", "agriculteurs", "agricultores", "المزارعون")
    ROW("herders", NULL, "herders", "éleveurs", "pastores", "الرعاة")
    ROW("displaced", NULL, "displaced people", "personnes déplacées", "deslocados", "النازحون")
    ROW("refugees", NULL, "refugees", "réfugiés", "refugiados", "اللاجئون")
    ROW("returnees", NULL, "returnees", "rapatriés", "retornados", "العائدون")
    ROW("disabilities", NULL, "persons with disabilities", "personnes handicapées", "pessoas com deficiência",
        "ذوو الإعاقة")
    ROW("victims", NULL, "victims' associations", "associations de victimes", "associações de vítimas",
        "جمعيات الضحايا")
    ROW("ex-combatants", NULL, "ex-combatants", "ex-combattants", "ex-combatentes", "المقاتلون السابقون")
    ROW("minorities", NULL, "minorities", "minorités", "minorias", "الأقليات")
    ROW("diaspora", NULL, "diaspora", "diaspora", "diáspora", "المهجر")
    ROW("local-government", NULL, "local government", "administration locale", "governo local", "الإدارة المحلية")
    ROW("army", NULL, "army", "armée", "exército", "الجيش")
    ROW("police", NULL, "police", "police", "polícia", "الشرطة")
    ROW("gendarmerie", NULL, "gendarmerie", "gendarmerie", "guarda nacional", "الدرك")
    ROW("corrections", NULL, "corrections", "administration pénitentiaire", "serviços prisionais", "إدارة السجون")
    ROW("customs", NULL, "customs", "douanes", "alfândegas", "الجمارك")
    ROW("intelligence", NULL, "intelligence services", "services de renseignement", "serviços de informações",
        "أجهزة الاستخبارات")
    ROW("non-state-security", NULL, "non-state security providers", "acteurs de sécurité non étatiques",
        "prestadores de segurança não estatais", "جهات أمنية غير حكومية")
    ROW("justice", NULL, "justice actors", "acteurs de la justice", "agentes da justiça", "العاملون في العدالة")
    ROW("parliament", NULL, "parliament", "parlement", "parlamento", "البرلمان")
    ROW("party-government", NULL, "parties in government", "partis au gouvernement", "partidos do governo",
        "أحزاب الحكومة")
    ROW("party-opposition", NULL, "opposition parties", "partis d'opposition", "partidos da oposição",
        "أحزاب المعارضة")
    ROW("oversight", NULL, "oversight bodies", "organes de contrôle", "órgãos de fiscalização", "هيئات الرقابة")
    ROW("gender-machinery", NULL, "gender machinery", "mécanismes de genre", "mecanismos de género",
        "آليات النوع الاجتماعي")
    ROW("international", NULL, "international", "acteurs internationaux", "atores internacionais", "جهات دولية")
};

static const struct code_row themes[] = {
    ROW("threats", NULL, "threats", "menaces", "ameaças", "التهديدات")
    ROW("armed-groups", "threats", "armed groups", "groupes armés", "grupos armados", "الجماعات المسلحة")
    ROW("crime", "threats", "crime", "criminalité", "criminalidade", "الجريمة")
    ROW("small-arms", "threats", "small arms", "armes légères", "armas ligeiras", "الأسلحة الصغيرة")
    ROW("land-disputes", "threats", "land and property disputes", "litiges fonciers", "conflitos de terras",
        "نزاعات الأراضي والملكية")
    ROW("communal-tension", "threats", "communal tension", "tensions communautaires", "tensões comunitárias",
        "توتر مجتمعي")
    ROW("gender-based-violence", "threats", "gender-based violence", "violence basée sur le genre",
        "violência baseada no género", "العنف القائم على النوع الاجتماعي")
    ROW("unemployment-poverty", "threats", "unemployment and poverty", "chômage et pauvreté", "desemprego e pobreza",
        "البطالة والفقر")
    ROW("natural-resources", "threats", "natural-resource management", "gestion des ressources naturelles",
        "gestão dos recursos naturais", "إدارة الموارد الطبيعية")
    ROW("borders", "threats", "borders", "frontières", "fronteiras", "الحدود")
    ROW("trafficking", "threats", "trafficking", "trafics", "tráfico", "الاتجار غير المشروع")
    ROW("corruption", "threats", "corruption", "corruption", "corrupção", "الفساد")
    ROW("electoral-violence", "threats", "electoral violence", "violence électorale", "violência eleitoral",
        "العنف الانتخابي")
    ROW("disinformation", "threats", "disinformation", "désinformation", "desinformação", "التضليل الإعلامي")
    ROW("health", "threats", "health", "santé", "saúde", "الصحة")
    ROW("climate-disaster", "threats", "climate and disaster", "climat et catastrophes", "clima e desastres",
        "المناخ والكوارث")
    ROW("services", NULL, "providers and services", "acteurs et services", "prestadores e serviços",
        "الجهات والخدمات")
    ROW("justice-reconciliation", NULL, "justice and reconciliation", "justice et réconciliation",
        "justiça e reconciliação", "العدالة والمصالحة")
    ROW("governance-oversight", NULL, "governance and oversight", "gouvernance et contrôle",
        "governação e fiscalização", "الحوكمة والرقابة")
    ROW("cross-cutting", NULL, "cross-cutting", "transversal", "transversal", "قضايا شاملة")
    ROW("human-rights", "cross-cutting", "human rights", "droits humains", "direitos humanos", "حقوق الإنسان")
    ROW("gender-equality", "cross-cutting", "gender equality", "égalité de genre", "igualdade de género",
        "المساواة بين الجنسين")
    ROW("child-protection", "cross-cutting", "child protection", "protection de l'enfance", "proteção da criança",
        "حماية الطفل")
    ROW("displacement", "cross-cutting", "displacement", "déplacement", "deslocação", "النزوح")
    ROW("disability", "cross-cutting", "disability", "handicap", "deficiência", "الإعاقة")
    ROW("causes", NULL, "economic and social causes", "causes économiques et sociales",
        "causas económicas e sociais", "أسباب اقتصادية واجتماعية")
    ROW("external", NULL, "external", "facteurs externes", "fatores externos", "عوامل خارجية")
    ROW("process", NULL, "the process itself", "le processus lui-même", "o próprio processo", "العملية نفسها")
};

const struct code_row *codes_starter_groups(size_t *count)
{
    *count = sizeof groups / sizeof groups[0];
    return groups;
}

const struct code_row *codes_starter_themes(size_t *count)
{
    *count = sizeof themes / sizeof themes[0];
    return themes;
}
