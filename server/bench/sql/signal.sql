\set n random(1, 7600)
insert into roomtone.signals (room_id, from_peer, to_peer, kind, body) select room_id, from_peer, to_peer, 'candidate', '{"candidate": "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.7 rport 46154 generation 0 ufrag EsAw network-cost 999", "sdpMid": "0", "sdpMLineIndex": 0}' from pairs where n = :n;
