// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The sentences: English, French, Portuguese, Arabic. Read first: slip_words.h.
#include "node/desk/slip_words.h"

static const char *const sentences[SLIP_WORDS][LANG_COUNT] = {
    [SLIP_WAITING] = {
        "It was written down, and waits here to be sent.",
        "C'est noté, et attend ici d'être envoyé.",
        "Está escrito e aguarda aqui o envio.",
        "لقد دُوِّن، وهو هنا في انتظار الإرسال." },
    [SLIP_RECEIVED] = {
        "It was received by the secretariat.",
        "Le secrétariat l'a reçu.",
        "O secretariado recebeu-o.",
        "لقد تسلّمته الأمانة." },
    [SLIP_CONFIRMED] = {
        "It was received, and stands in the record for good.",
        "Il a été reçu, et figure définitivement au registre.",
        "Foi recebido e consta definitivamente do registo.",
        "لقد تُسلِّم، وهو مثبت في السجل نهائياً." },
    [SLIP_REFUSED] = {
        "It was sent, and could not be taken. Ask where the forum was held: it is kept there.",
        "Il a été envoyé, mais n'a pas pu être pris. Demandez là où s'est tenu le forum : il y est conservé.",
        "Foi enviado, mas não pôde ser aceite. Pergunte onde se realizou o fórum: está lá guardado.",
        "أُرسل ولم يمكن قبوله. اسأل حيث عُقد المنتدى، فهو محفوظ هناك." },
    [SLIP_LOST] = {
        "It was damaged on this computer before it could be sent. Ask where the forum was held.",
        "Il a été endommagé sur cet ordinateur avant l'envoi. Demandez là où s'est tenu le forum.",
        "Ficou danificado neste computador antes do envio. Pergunte onde se realizou o fórum.",
        "لقد تلف على هذا الحاسوب قبل إرساله. اسأل حيث عُقد المنتدى." },
    [SLIP_NO_EFFECT] = {
        "It was received, but does not count yet. Ask where the forum was held.",
        "Il a été reçu, mais ne compte pas encore. Demandez là où s'est tenu le forum.",
        "Foi recebido, mas ainda não conta. Pergunte onde se realizou o fórum.",
        "لقد تُسلِّم ولكنه لا يُحتسب بعد. اسأل حيث عُقد المنتدى." },
    [SLIP_UNANSWERED] = {
        "There is no answer to it yet.",
        "Il n'y a pas encore de réponse.",
        "Ainda não há resposta.",
        "لا يوجد رد عليه بعد." },
    [SLIP_ANSWER] = {
        "The answer:", "La réponse :", "A resposta:", "الرد:" },
    [SLIP_REFERRED] = {
        "Passed on to:", "Transmis à :", "Encaminhado para:", "أُحيل إلى:" },
    [SLIP_WITHDRAWN] = {
        "The consent to it was withdrawn: it is given out no more.",
        "Le consentement a été retiré : il n'est plus communiqué.",
        "O consentimento foi retirado: já não é divulgado.",
        "سُحبت الموافقة عليه، فلم يعد يُعطى لأحد." },
    [SLIP_WITHDRAWN_FOR] = {
        "Consent was withdrawn for these uses:",
        "Le consentement a été retiré pour ces usages :",
        "O consentimento foi retirado para estes usos:",
        "سُحبت الموافقة على هذه الاستعمالات:" },
    [SLIP_ERASED] = {
        "What was said has been erased. That it was said is still counted.",
        "Ce qui a été dit a été effacé. Le fait que cela a été dit reste compté.",
        "O que foi dito foi apagado. Continua a contar-se que foi dito.",
        "لقد مُحي ما قيل. ويبقى محسوباً أنه قيل." },
    [SLIP_HEARD] = {
        "You were heard.", "Votre parole a été entendue.", "A sua voz foi ouvida.", "لقد سُمع صوتك." },
    [SLIP_ASK] = {
        "With this code, ask where the forum was held what became of it.",
        "Avec ce code, demandez là où s'est tenu le forum ce que c'est devenu.",
        "Com este código, pergunte onde se realizou o fórum o que aconteceu.",
        "بهذا الرمز، اسأل حيث عُقد المنتدى عمّا آل إليه الأمر." },
    [SLIP_ASK_AT] = {
        "With this code, ask at the place named below what became of it.",
        "Avec ce code, demandez à l'endroit indiqué ci-dessous ce que c'est devenu.",
        "Com este código, pergunte no lugar indicado abaixo o que aconteceu.",
        "بهذا الرمز، اسأل في المكان المذكور أدناه عمّا آل إليه الأمر." },
    [SLIP_KEEP] = {
        "It shows the answer, never your words.",
        "Il montre la réponse, jamais vos paroles.",
        "Mostra a resposta, nunca as suas palavras.",
        "إنه يُظهر الرد، ولا يُظهر كلامك أبداً." },
};

const char *slip_words(enum slip_words w, enum language l)
{
    CHECK(w < SLIP_WORDS && l < LANG_COUNT);
    return sentences[w][l];
}
