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
  }),
)
