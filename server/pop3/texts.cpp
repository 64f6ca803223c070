#include "server/pop3/texts.hpp"

#include "server/base/ascii.hpp"

#include <array>

namespace pillarbox::pop3 {

namespace {

struct Row
{
    Text text;
    std::array<std::string_view, language_count> in; // in the order of Language
};

constexpr std::array rows{
    Row{Text::send_pass,
        {"send PASS", "jetzt PASS senden", "envoyez PASS", "envíe PASS", "请发送 PASS",
         "PASS を送信してください"}},
    Row{Text::send_user_first,
        {"send USER first", "zuerst USER senden", "envoyez d'abord USER", "envíe primero USER",
         "请先发送 USER", "先に USER を送信してください"}},
    Row{Text::use_tls_first,
        {"passwords need TLS here: use STLS first",
         "Passwörter gehen hier nur über TLS: zuerst STLS verwenden",
         "les mots de passe exigent TLS ici : utilisez d'abord STLS",
         "aquí las contraseñas requieren TLS: use primero STLS", "此处密码必须经由 TLS 传输：请先使用 STLS",
         "パスワードには TLS が必要です。先に STLS を使用してください"}},
    Row{Text::no_such_mechanism,
        {"that mechanism is not offered, see CAPA", "dieses Verfahren wird nicht angeboten, siehe CAPA",
         "ce mécanisme n'est pas proposé, voir CAPA", "ese mecanismo no se ofrece, vea CAPA",
         "不提供该认证机制，参见 CAPA", "その認証方式は提供していません。CAPA を参照してください"}},
    Row{Text::authentication_cancelled,
        {"authentication cancelled", "Anmeldung abgebrochen", "authentification annulée",
         "autenticación cancelada", "认证已取消", "認証は取り消されました"}},
    Row{Text::mechanism_misused,
        {"that is not what the mechanism expects", "das ist nicht, was das Verfahren erwartet",
         "ce n'est pas ce que le mécanisme attend", "eso no es lo que el mecanismo espera",
         "这不符合该认证机制的要求", "認証方式が求める形式ではありません"}},
    Row{Text::stls_unavailable,
        {"STLS is not to be had here", "STLS ist hier nicht zu haben", "STLS n'est pas disponible ici",
         "STLS no está disponible aquí", "此处无法使用 STLS", "ここでは STLS を使用できません"}},
    Row{Text::begin_tls,
        {"begin TLS", "TLS beginnen", "commencez TLS", "inicie TLS", "请开始 TLS", "TLS を開始してください"}},
    Row{Text::wrong_credentials,
        {"wrong name or password", "Name oder Passwort falsch", "nom ou mot de passe incorrect",
         "nombre o contraseña incorrectos", "用户名或密码错误", "ユーザー名またはパスワードが違います"}},
    Row{Text::throttled,
        {"too many failed sign-ins from this network, try again later",
         "zu viele fehlgeschlagene Anmeldungen aus diesem Netz, später wieder versuchen",
         "trop de connexions échouées depuis ce réseau, réessayez plus tard",
         "demasiados inicios de sesión fallidos desde esta red, inténtelo más tarde",
         "来自该网络的失败登录过多，请稍后再试",
         "このネットワークからのログイン失敗が多すぎます。後でもう一度お試しください"}},
    Row{Text::busy,
        {"too many sign-ins at once, try again later",
         "zu viele Anmeldungen zugleich, später wieder versuchen",
         "trop de connexions à la fois, réessayez plus tard",
         "demasiados inicios de sesión a la vez, inténtelo más tarde", "同时登录过多，请稍后再试",
         "同時ログインが多すぎます。後でもう一度お試しください"}},
    Row{Text::in_use,
        {"another session holds the maildrop", "eine andere Sitzung hält das Postfach",
         "une autre session occupe la boîte aux lettres", "otra sesión ocupa el buzón",
         "邮箱正被另一个会话占用", "メールボックスは別のセッションが使用中です"}},
    Row{Text::login_delay,
        {"you signed in a moment ago, try again later",
         "die letzte Anmeldung ist zu kurz her, später wieder versuchen",
         "votre dernière connexion est trop récente, réessayez plus tard",
         "su último inicio de sesión es demasiado reciente, inténtelo más tarde",
         "距上次登录时间太短，请稍后再试", "前回のログインから間がありません。後でもう一度お試しください"}},
    Row{Text::no_such_view,
        {"no such mailbox or time: after the + write a mailbox's name, or recent:30d (h, d or w), or both as "
         "in "
         "Junk+recent:30d",
         "kein solches Postfach, keine solche Zeit: nach dem + den Namen eines Postfachs schreiben, oder "
         "recent:30d (h, d oder w), oder beides wie in Junk+recent:30d",
         "boîte ou durée inconnue : après le +, écrivez le nom d'une boîte, ou recent:30d (h, d ou w), ou "
         "les "
         "deux comme dans Junk+recent:30d",
         "buzón o tiempo desconocido: tras el + escriba el nombre de un buzón, o recent:30d (h, d o w), o "
         "ambos como en Junk+recent:30d",
         "没有这样的邮箱或时间：请在 + 之后写邮箱名称，或 recent:30d（h、d 或 w），或两者，如 "
         "Junk+recent:30d",
         "該当するメールボックスまたは期間がありません。+ の後にメールボックス名、recent:30d（h、d、w）、"
         "または Junk+recent:30d のように両方を指定してください"}},
    Row{Text::maildrop_unavailable,
        {"the maildrop is unavailable, try again later",
         "das Postfach ist nicht verfügbar, später wieder versuchen",
         "la boîte aux lettres est indisponible, réessayez plus tard",
         "el buzón no está disponible, inténtelo más tarde", "邮箱暂不可用，请稍后再试",
         "メールボックスを利用できません。後でもう一度お試しください"}},
    Row{Text::utf8_mode,
        {"UTF-8 from now on", "ab jetzt UTF-8", "UTF-8 désormais", "UTF-8 a partir de ahora",
         "现在起使用 UTF-8", "以後 UTF-8 を使用します"}},
    Row{Text::messages, {"messages", "Nachrichten", "messages", "mensajes", "封邮件", "通"}},
    Row{Text::none_marked,
        {"no message is marked", "keine Nachricht ist markiert", "aucun message n'est marqué",
         "ningún mensaje está marcado", "没有标记任何邮件", "削除指定はすべて取り消されました"}},
    Row{Text::no_such_message,
        {"no such message", "diese Nachricht gibt es nicht", "ce message n'existe pas",
         "no existe ese mensaje", "没有该邮件", "そのメッセージはありません"}},
    Row{Text::message_unavailable,
        {"message unavailable, try again later", "Nachricht nicht verfügbar, später wieder versuchen",
         "message indisponible, réessayez plus tard", "mensaje no disponible, inténtelo más tarde",
         "邮件暂不可用，请稍后再试", "メッセージを利用できません。後でもう一度お試しください"}},
    Row{Text::needs_utf8,
        {"its header section is in UTF-8: say UTF8 before you sign in",
         "ihr Kopf ist in UTF-8: vor der Anmeldung UTF8 sagen",
         "son en-tête est en UTF-8 : dites UTF8 avant de vous identifier",
         "su cabecera está en UTF-8: diga UTF8 antes de iniciar sesión",
         "邮件头使用 UTF-8：请在登录前发送 UTF8",
         "ヘッダーが UTF-8 です。ログインの前に UTF8 を送ってください"}},
    Row{Text::top_follows,
        {"top of message follows", "der Anfang der Nachricht folgt", "le début du message suit",
         "sigue el principio del mensaje", "以下为邮件开头", "メッセージの先頭部分を送ります"}},
    Row{Text::marked,
        {"marked, deleted at QUIT", "markiert, wird bei QUIT gelöscht", "marqué, sera supprimé à QUIT",
         "marcado, se borrará con QUIT", "已标记，将在 QUIT 时删除", "削除指定しました。QUIT で削除します"}},
    Row{Text::maildrop_unreadable,
        {"the maildrop cannot be read, try again later",
         "das Postfach kann nicht gelesen werden, später wieder versuchen",
         "la boîte aux lettres est illisible, réessayez plus tard",
         "no se puede leer el buzón, inténtelo más tarde", "无法读取邮箱，请稍后再试",
         "メールボックスを読み取れません。後でもう一度お試しください"}},
    Row{Text::deleted_bye,
        {"deleted, bye", "gelöscht, auf Wiedersehen", "supprimé, au revoir", "borrado, adiós", "已删除，再见",
         "削除しました。さようなら"}},
    Row{Text::not_all_removed,
        {"some deleted messages not removed", "einige gelöschte Nachrichten wurden nicht entfernt",
         "certains messages supprimés n'ont pas été retirés", "algunos mensajes borrados no se eliminaron",
         "部分已删除的邮件未能移除", "削除できなかったメッセージがあります"}},
    Row{Text::bye, {"bye", "auf Wiedersehen", "au revoir", "adiós", "再见", "さようなら"}},
    Row{Text::store_failed,
        {"the mail store has failed, tell whoever runs this server",
         "der Nachrichtenspeicher ist gestört, bitte den Betreiber verständigen",
         "le stockage du courrier est en panne, prévenez l'administrateur",
         "el almacén de correo ha fallado, avise al administrador", "邮件存储发生故障，请联系服务器管理员",
         "メールの保存領域に障害があります。サーバー管理者に連絡してください"}},
    Row{Text::shutting_down,
        {"the server is shutting down, try again later", "der Server wird beendet, später wieder versuchen",
         "le serveur s'arrête, réessayez plus tard", "el servidor se está apagando, inténtelo más tarde",
         "服务器正在关闭，请稍后再试", "サーバーを停止しています。後でもう一度お試しください"}},
    Row{Text::log_in_first,
        {"log in first", "zuerst anmelden", "connectez-vous d'abord", "primero inicie sesión", "请先登录",
         "先にログインしてください"}},
    Row{Text::logged_in_already,
        {"you are logged in already", "die Anmeldung ist schon erfolgt", "vous êtes déjà connecté",
         "ya ha iniciado sesión", "您已登录", "すでにログインしています"}},
    Row{Text::line_too_long,
        {"line too long", "Zeile zu lang", "ligne trop longue", "línea demasiado larga", "行过长",
         "行が長すぎます"}},
    Row{Text::line_end_wrong,
        {"lines must end with CR LF", "Zeilen müssen mit CR LF enden", "les lignes doivent finir par CR LF",
         "las líneas deben terminar con CR LF", "行必须以 CR LF 结尾", "行は CR LF で終わる必要があります"}},
    Row{Text::nul_octet,
        {"no NUL octets, please", "bitte keine NUL-Oktette", "pas d'octets NUL, s'il vous plaît",
         "sin octetos NUL, por favor", "请勿发送 NUL 字节", "NUL オクテットは使えません"}},
    Row{Text::unknown_command,
        {"unknown command", "unbekannter Befehl", "commande inconnue", "comando desconocido", "未知命令",
         "不明なコマンドです"}},
    Row{Text::bad_arguments,
        {"bad arguments", "falsche Argumente", "arguments incorrects", "argumentos incorrectos", "参数错误",
         "引数が正しくありません"}},
    Row{Text::capabilities_follow,
        {"capabilities follow", "die Fähigkeiten folgen", "les capacités suivent", "siguen las capacidades",
         "以下为功能列表", "機能の一覧です"}},
    Row{Text::mechanisms_follow,
        {"mechanisms follow", "die Verfahren folgen", "les mécanismes suivent", "siguen los mecanismos",
         "以下为认证机制列表", "認証方式の一覧です"}},
    Row{Text::languages_follow,
        {"languages follow", "die Sprachen folgen", "les langues suivent", "siguen los idiomas",
         "以下为语言列表", "言語の一覧です"}},
    Row{Text::language_changed,
        {"English from now on", "ab jetzt Deutsch", "en français désormais", "en español a partir de ahora",
         "现在起使用中文", "以後日本語を使用します"}},
    Row{Text::no_such_language,
        {"that language is not offered, see LANG", "diese Sprache wird nicht angeboten, siehe LANG",
         "cette langue n'est pas proposée, voir LANG", "ese idioma no se ofrece, vea LANG",
         "不提供该语言，参见 LANG", "その言語は提供していません。LANG を参照してください"}},
};

constexpr bool rows_are_in_order()
{
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (static_cast<std::size_t>(rows[i].text) != i) return false;
    return rows.size() == text_count;
}
static_assert(rows_are_in_order());

struct NamedLanguage
{
    std::string_view tag;
    std::string_view name;
};

constexpr std::array<NamedLanguage, language_count> languages{{
    {"en", "English"},
    {"de", "Deutsch"},
    {"fr", "Français"},
    {"es", "Español"},
    {"zh", "中文"},
    {"ja", "日本語"},
}};

} // namespace

std::string_view say(Text text, Language language)
{
    return rows[static_cast<std::size_t>(text)].in[static_cast<std::size_t>(language)];
}

std::string_view tag_of(Language language)
{
    return languages[static_cast<std::size_t>(language)].tag;
}

std::string_view name_of(Language language)
{
    return languages[static_cast<std::size_t>(language)].name;
}

std::optional<Language> find_language(std::string_view range)
{
    if (range == "*") return Language::english;
    while (!range.empty()) {
        for (std::size_t i = 0; i < language_count; ++i)
            if (ascii::equal(range, languages[i].tag)) return static_cast<Language>(i);
        const auto hyphen = range.rfind('-');
        range = range.substr(0, hyphen == std::string_view::npos ? 0 : hyphen);
    }
    return std::nullopt;
}

} // namespace pillarbox::pop3
