# Cleans up after one stage: $1 is its folder. The stage tells on stdin which process groups are
# there ("start 123", "gone 123"). When stdin closes, because the test is over or because its process
# has died in whatever way, every group left is killed and the folder removed.

trap '' HUP INT TERM

groups=
while read -r event group; do
  case $event in
    start) groups="$groups $group" ;;
    gone)
      left=
      for other in $groups; do
        [ "$other" = "$group" ] || left="$left $other"
      done
      groups=$left
      ;;
  esac
done

for group in $groups; do
  kill -9 "-$group" 2>/dev/null
done

# A process that is just dying may still be making a file.
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf "$1" 2>/dev/null
  [ -e "$1" ] || exit 0
  sleep 0.1
done
exit 1
