// What the `@supabase/postgrest-js` client of npm gets from a relay, as one JSON object.
import { PostgrestClient } from '@supabase/postgrest-js'

const { ROOMTONE, TOKEN, ROOM } = process.env
const rows = new PostgrestClient(`${ROOMTONE}/rows`, { headers: { Authorization: `Bearer ${TOKEN}` } })
const room = Number(ROOM)

const embedded = await rows
  .from('rooms')
  .select('name,host:users!rooms_host_id_fkey(username),clubs(name),participants(role)')
  .eq('id', room)
  .eq('participants.role', 'SPEAKER')
  .order('join_date', { referencedTable: 'participants' })
  .limit(1, { referencedTable: 'participants' })
  .single()
const inner = await rows.from('rooms').select('name,participants!inner(role)', { count: 'exact' }).order('host(username)').eq('id', room)
const ordered = await rows.from('rooms').select('name,host:users!rooms_host_id_fkey(username)').order('host(username)').eq('id', room)
const ambiguous = await rows.from('rooms').select('name,users(username)')
const several = await rows.from('rooms').update({ name: 'All' }).gt('id', 0).select('name').single()
const inserted = await rows.from('rooms').insert([{ name: 'New' }]).select('name,host:users!rooms_host_id_fkey(username)').single()
const paged = await rows.from('rooms').select('name').order('id').range(0, 1)
const called = await rows.rpc('replay_room', { room_id: room }, { count: 'exact' }).select('seq').limit(1)
const limited = await rows.from('rooms').update({ name: 'All' }).gt('id', 0).maxAffected(1)
const head = await rows.from('rooms').select('*', { count: 'exact', head: true })

// What its users write every day.
const table = (name) => rows.from(name)
const made = await table('rooms').insert([{ name: 'Ten, or so' }, { name: '日本 café (late)' }], { count: 'exact' })
const listed = await table('rooms').select('name').in('name', ['Ten, or so', '日本 café (late)', 'Tea']).order('id')
const quotes = await table('rooms').select('name').in('name', ['"Ten", or so']) // which it does not escape
const either = await table('rooms').select('name').or('name.eq."Ten, or so",name.like.*café*').order('id', { ascending: false })
const outside = await table('rooms').select('name').not('name', 'in', '("Ten, or so",New)').is('club_id', null).order('id')
const searched = await table('rooms').select('name').textSearch('name', "'owls' & 'night'", { config: 'english' })
const seats = await table('rooms').select('participants(count)').eq('id', room) // some of whose columns are hidden
const hosted = await table('users').select('username,rooms!rooms_host_id_fkey(count)').eq('username', 'rick')
const embeddedOr = await table('rooms')
  .select('participants(role)')
  .or('role.eq.AUDIENCE,role.eq.HOST', { referencedTable: 'participants' })
  .range(0, 0, { referencedTable: 'participants' })
  .eq('id', room)
const path = await table('hallway').select('name,first:people->0->>username').eq('people->0->>username', 'anna')
const contained = await table('hallway').select('name').contains('people', JSON.stringify([{ username: 'anna' }]))
const cast = await table('rooms').select('name,text:id::text,when:created_at::date').eq('id', room).single()
const none = await table('rooms').select('name').eq('id', -1).maybeSingle()
const many = await table('rooms').select('name').maybeSingle()
const again = await table('participants').upsert({ room_id: room }, { ignoreDuplicates: true, onConflict: 'room_id,user_id' }).select()
const csv = await table('rooms').select('name').csv()
const plan = await table('rooms').select('name').explain()
const nested = await table('rooms').select('name,participants(role,users(username))')
const spread = await table('rooms').select('name,...users!rooms_host_id_fkey(username)')
const planned = await table('rooms').select('name', { count: 'planned' })
const read = await rows.rpc('name_key', { name: 'Tea, or so' }, { get: true })
const headed = await rows.rpc('replay_room', { room_id: room }, { head: true, count: 'exact' })
const refusals = Object.fromEntries(
  Object.entries({ quotes, csv, plan, nested, spread, planned, many, seats }).map(([name, { status, error }]) => [name, [status, error?.code]]),
)

console.log(
  JSON.stringify({
    embedded: embedded.data,
    inner: [inner.status, inner.error?.code ?? inner.count],
    ordered: ordered.data,
    ambiguous: [ambiguous.status, ambiguous.error?.code],
    several: [several.status, several.error?.code],
    inserted: inserted.data,
    paged: paged.data,
    called: [called.data?.length, called.count > 1],
    limited: [limited.status, limited.error?.code],
    head: [head.data, head.count],
    refusals,
    made: [made.status, made.count],
    listed: listed.data,
    either: either.data,
    outside: outside.data,
    searched: searched.data,
    hosted: hosted.data ?? hosted.error,
    embeddedOr: embeddedOr.data,
    path: path.data,
    contained: contained.data,
    cast: [cast.data.text === ROOM, /^\d{4}-\d\d-\d\d$/.test(cast.data.when)],
    none: [none.data, none.error],
    again: [again.status, again.data],
    read: read.data,
    headed: [headed.status, headed.data, headed.count > 1],
  }),
)
