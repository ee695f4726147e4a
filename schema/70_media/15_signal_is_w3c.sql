create or replace function signal_is_w3c(kind text, body jsonb) returns boolean
language plpgsql immutable parallel safe as $$
begin
  return coalesce(case
    when kind in ('offer', 'answer') then body ->> 'type' = kind and jsonb_typeof(body -> 'sdp') = 'string'
    when kind <> 'candidate' then jsonb_typeof(body) = 'object'
    when jsonb_typeof(body) = 'object' then jsonb_typeof(body -> 'candidate') = 'string'
    when jsonb_typeof(body) = 'array' then
      not jsonb_path_exists(body, '$[*] ? (!(@.type() == "object" && exists(@.candidate ? (@.type() == "string"))))')
    else false
  end, false);
end
$$;

comment on function signal_is_w3c(text, jsonb) is
  'Whether this is the body of a signal of this kind: an offer or answer has its type and sdp; a candidate, or each of an array of them, has a candidate string.';
