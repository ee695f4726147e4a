"""The lab: the same room on a mesh, an SFU and an MCU, measured side by side.

People, nodes and relay are processes of their own, so that what each costs is measured alone; delay is measured in the audio itself.
"""
