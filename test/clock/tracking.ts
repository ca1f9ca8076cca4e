/** What real chronyds said in `chronyc -c tracking`, recorded. */
export const TRACKING = {
  ahead25:
    '7F000001,127.0.0.1,2,1795396642.696359198,2.500037909,-0.000002044,0.000009751,0.593,-0.046,2.626,0.000084725,0.000029442,1.0,Normal\n',
  behind45:
    '7F000001,127.0.0.1,2,1795396607.700990893,-44.999961853,-0.000004142,0.000096023,0.578,-0.052,1.517,0.000128259,0.000040666,2.0,Normal\n',
  unsync:
    '00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised\n',
  local:
    '7F7F0101,,10,1795396674.322922962,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,0.000000000,0.000000000,0.0,Normal\n',
  fresh:
    '7F000001,127.0.0.1,2,1795396744.749436038,0.300036967,0.000005312,0.000030661,8.282,0.569,20.011,0.000128883,0.000051623,1.0,Normal\n',
  stale:
    '7F000001,127.0.0.1,2,1795396744.749436038,0.299042851,0.000005312,0.000030661,8.282,0.569,20.011,0.000128883,0.002641963,1.0,Normal\n',
  noDaemon: '506 Cannot talk to daemon\n',
  notAuthorised: '501 Not authorised\n',
} as const;

/** The same states as text for people, where the direction is a word. */
export const TRACKING_TEXT = {
  ahead25: 'System time     : 2.500037909 seconds slow of NTP time',
  behind45: 'System time     : 44.999961853 seconds fast of NTP time',
} as const;
