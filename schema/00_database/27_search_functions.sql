-- What a search compares: texts without regard to case, accents and width, as words. No extension is needed. tests/conformance/folding.json
-- has cases that the page and the database decide alike.

create or replace function folded(prose text) returns text
language sql immutable parallel safe
return case when prose ~ '^[\x01-\x7f]*$' then lower(prose collate "C") else normalize(
  replace(replace(replace(replace(translate(lower(regexp_replace(normalize(prose, NFKD),
    -- accents and points of Latin, Greek, Cyrillic, Hebrew and Arabic; signs for width and joining; not the vowels of other scripts
    '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f]', '', 'g')),
    -- lower() knows these only in a database of a Unicode locale; the last line has what does not decompose
    'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩς' || 'АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЄІҐЂЈЉЊЋЏЅҒҚҢӨҮҰҺӘ' || 'ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ' || 'ØøŁłĐđÐðĦħŦŧıŊŋƏ' || 'ẞÆŒÞ',
    'αβγδεζηθικλμνξοπρστυφχψωσ' || 'абвгдежзиклмнопрстуфхцчшщъыьэюяєіґђјљњћџѕғқңөүұһә' || 'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ' || 'ooll' || 'ddddhhttinnə' || 'ßæœþ'),
    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), NFC) end;

comment on function folded(text) is
  'A text as a search compares it: in small letters, without accents, in composed form: select folded(''Ångström Łódź'');';

create or replace function search_words(prose text) returns text[]
language sql immutable parallel safe
return array(
  select distinct left(word, 40) from regexp_split_to_table(
    -- scripts that are written without spaces, and pictures: each character is a word
    regexp_replace(folded(prose), '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2190-\u2bff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U0001f000-\U0003ffff])', ' \1 ', 'g'),
    '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\xbf\xd7\xf7\u055a-\u055f\u0589\u05be\u05c0\u05c3\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u206f\u3000-\u303f]+') word
  where word <> '');

comment on function search_words(text) is
  'The words of a text as a search compares them (folded), each once and at most 40 characters long. In scripts without spaces each character is a word.';

create or replace function search_vector(prose text) returns tsvector
language sql immutable parallel safe
return array_to_tsvector(search_words(prose));

comment on function search_vector(text) is
  'The words of a text for an index (search_words). After a change of folded or search_words: reindex users_search, clubs_search and rooms_search.';

create or replace function search_query(wanted text) returns tsquery
language sql immutable parallel safe
return (select string_agg('''' || word || ''':*', ' & ') from unnest((search_words(left(wanted, 200)))[1:8]) word)::tsquery;

comment on function search_query(text) is
  'A search for texts that have words that begin with each of these words, the first eight: select username from users where search_vector(username) @@ search_query(''and'');';
